using System.Net.Sockets;
using System.Text;
using SealerRecover.Commands;
using SealerRecover.Hosting;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>What the service manager is told that started a run.</summary>
public sealed class ServiceManagerTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <summary>What sends the words reads the environment of the process, not what a test hands down.</summary>
    public ServiceManagerTests()
    {
        _manager.Bind(new UnixDomainSocketEndPoint(_path));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", _path);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        _manager.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task A_unit_of_type_notify_tells_that_it_began_and_how_it_ended()
    {
        Task<List<string>> listening = Told(1, "STATUS=ended");
        Ran ran = await InProcess.RunAsync(new Dictionary<string, string> { ["HOME"] = "/home/sp", ["NOTIFY_SOCKET"] = _path }, "/nowhere/config.toml", "kernels", "--json");
        Assert.Equal(0, ran.Code);
        Assert.Equal(["READY=1", "STATUS=ended with exit code 0 (ok)"], await listening);
    }

    [Fact]
    public async Task A_page_is_ready_when_it_is_answered_and_one_that_finds_no_place_never_is()
    {
        string[] arguments = ["serve", $"--sealing-temp={Path.GetTempPath()}"];
        Dictionary<string, string> environment = new() { ["HOME"] = "/home/sp", ["NOTIFY_SOCKET"] = _path };
        using StringWriter text = new();
        using TextWriter output = TextWriter.Synchronized(text);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<List<string>> listening = Told(1, "READY");
        ConsoleHost host = new() { Environment = environment, SystemConfiguration = "/nowhere/config.toml", Output = output, Error = output, WorkingFolder = "/" };
        Task<int> serving = new CommandLine().RunAsync([.. arguments, "--http=127.0.0.1:0"], host, stop.Token);
        Assert.Equal(["READY=1"], await listening);
        Uri address = new(text.ToString().Split(" at ")[1].Trim());
        using HttpClient browser = new();
        Assert.Contains("token_needed", await browser.GetStringAsync(new Uri(address, "api/about"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        listening = Told(1, "STATUS=ended");
        Ran second = await InProcess.RunAsync(environment, "/nowhere/config.toml", [.. arguments, $"--http=127.0.0.1:{address.Port}"]);
        Assert.Equal(12, second.Code);
        Assert.Equal(["STATUS=ended with exit code 12 (busy)"], await listening);
        await stop.CancelAsync();
        Assert.Equal(130, await serving);
    }

    [Fact]
    public async Task One_whose_watchdog_is_asked_for_tells_that_it_lives_for_as_long_as_it_does()
    {
        Task<List<string>> listening = Told(3, "WATCHDOG=1");
        using ServiceManager? manager = ServiceManager.Of(Host(("NOTIFY_SOCKET", _path), ("WATCHDOG_USEC", "20000")), Complain);
        Assert.Equal(["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"], await listening);
    }

    [Fact]
    public async Task Another_process_s_watchdog_is_not_fed_and_a_stop_is_told()
    {
        Task<List<string>> listening = Told(1, "STOPPING=1");
        using (ServiceManager? manager = ServiceManager.Of(Host(("NOTIFY_SOCKET", _path), ("WATCHDOG_USEC", "1000"), ("WATCHDOG_PID", "1")), Complain))
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            manager!.Status("two\nlines");
            manager.Stopping();
        }

        Assert.Equal(["STATUS=two lines", "STOPPING=1"], await listening);
    }

    [Fact]
    public async Task One_that_does_not_listen_is_told_of_once_and_stops_nothing()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", "@nobody-listens-here");
        Ran ran = await InProcess.RunAsync(
            new Dictionary<string, string> { ["HOME"] = "/home/sp", ["NOTIFY_SOCKET"] = "@nobody-listens-here" }, "/nowhere/config.toml", "kernels");
        Assert.Equal(0, ran.Code);
        Assert.Single(ran.Error.Split('\n'), line => line.Contains("the service manager cannot be told anything", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("relative")]
    [InlineData("vsock:2:1234")]
    public void What_is_no_socket_here_is_nobody(string address) => Assert.Null(ServiceManager.Of(Host(("NOTIFY_SOCKET", address)), Complain));

    private static ConsoleHost Host(params (string Name, string Value)[] environment) => new()
    {
        Environment = environment.ToDictionary(variable => variable.Name, variable => variable.Value),
        Output = TextWriter.Null,
        Error = TextWriter.Null,
        WorkingFolder = "/",
    };

    private static void Complain(string line) => throw new InvalidOperationException(line);

    /// <summary>What is told until so many words have begun so.</summary>
    private Task<List<string>> Told(int times, string begin) => Task.Run(
        () =>
        {
            byte[] words = new byte[4096];
            List<string> told = [];
            while (told.Count(line => line.StartsWith(begin, StringComparison.Ordinal)) < times)
            {
                told.Add(Encoding.UTF8.GetString(words, 0, _manager.Receive(words)));
            }

            return told;
        },
        TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
}
