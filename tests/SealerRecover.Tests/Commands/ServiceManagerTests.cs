using System.Net.Sockets;
using System.Text;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>What the service manager is told that started a run.</summary>
public sealed class ServiceManagerTests
{
    [Fact]
    public async Task A_unit_of_type_notify_is_told_that_it_began_how_it_ended_and_that_it_lives()
    {
        string path = Path.Combine(Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        Task<List<string>> listening = Task.Run(() => Told(manager));
        try
        {
            Ran ran = await InProcess.RunAsync(
                new Dictionary<string, string> { ["HOME"] = "/home/sp", ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "20000" }, "/nowhere/config.toml", "kernels", "--json");
            Assert.Equal(0, ran.Code);
            List<string> told = await listening.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            Assert.Equal("READY=1", told[0]);
            Assert.Equal("STATUS=ended with exit code 0 (ok)", told[^1]);
            Assert.Contains("WATCHDOG=1", told);
            Assert.All(told, words => Assert.Matches("^(READY=1|WATCHDOG=1|STATUS=[^\n]*)$", words));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task One_that_does_not_listen_is_told_of_once_and_stops_nothing()
    {
        Ran ran = await InProcess.RunAsync(
            new Dictionary<string, string> { ["HOME"] = "/home/sp", ["NOTIFY_SOCKET"] = "@nobody-listens-here", ["WATCHDOG_USEC"] = "2000", ["WATCHDOG_PID"] = "1" },
            "/nowhere/config.toml",
            "kernels");
        Assert.Equal(0, ran.Code);
        Assert.Single(ran.Error.Split('\n'), line => line.Contains("the service manager cannot be told anything", StringComparison.Ordinal));
    }

    private static List<string> Told(Socket manager)
    {
        byte[] words = new byte[4096];
        List<string> told = [];
        do
        {
            told.Add(Encoding.UTF8.GetString(words, 0, manager.Receive(words)));
        }
        while (!told[^1].StartsWith("STATUS=ended", StringComparison.Ordinal));
        return told;
    }
}
