using System.Text;
using System.Text.RegularExpressions;
using SealerRecover.Tests.Metrics;

namespace EndToEnd;

/// <summary>What the real program loads, by what the runtime notes of itself from start to end: what a command does not need costs it no start-up.</summary>
public sealed partial class LoadedAssemblies(ParentCaches caches) : IDisposable
{
    private static readonly string[] OfServers = ["Microsoft.AspNetCore", "OpenTelemetry", "SealerRecover.Server"];

    private readonly Workbench _bench = new(caches);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Recover_loads_neither_what_serves_pages_nor_what_sends_metrics()
    {
        string notes = Note("recover");
        await _bench.RunAsync(0, _bench.Recover(Workbench.Sample("2KiB"), "1"));
        string[] loaded = Loaded(notes);
        Assert.Contains("Filecoin.Sealing", loaded);
        Assert.DoesNotContain(loaded, IsOfServers);

        // So are they called where they are needed.
        notes = Note("serve");
        using OtlpReceiver receiver = new();
        _bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{receiver.Port}";
        TaskCompletionSource serves = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using Executable server = _bench.Start(["serve", $"--sealing-temp={_bench.Temp}", "--http=127.0.0.1:0", "--json"], _ => serves.TrySetResult());
        await serves.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        server.Terminate();
        Ended ended = await server.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 130, ended.ToString());
        loaded = Loaded(notes);
        Assert.All(OfServers, name => Assert.Contains(loaded, one => one.StartsWith(name, StringComparison.Ordinal)));
    }

    private static bool IsOfServers(string assembly) => OfServers.Any(name => assembly.StartsWith(name, StringComparison.Ordinal));

    /// <summary>Has the runtime of the next program note what it loads (its loader's events); returns the file.</summary>
    private string Note(string name)
    {
        string path = Path.Combine(_bench.Home, $"{name}.nettrace");
        _bench.Environment["DOTNET_EnableEventPipe"] = "1";
        _bench.Environment["DOTNET_EventPipeConfig"] = "Microsoft-Windows-DotNETRuntime:8:4";
        _bench.Environment["DOTNET_EventPipeOutputPath"] = path;
        return path;
    }

    /// <summary>Names of assemblies in such a file, which are in UTF-16 and begin anywhere.</summary>
    private static string[] Loaded(string notes)
    {
        byte[] bytes = File.ReadAllBytes(notes);
        return [.. new[] { 0, 1 }.SelectMany(at => Names().Matches(Encoding.Unicode.GetString(bytes, at, (bytes.Length - at) & ~1)).Select(match => match.Groups[1].Value)).Distinct()];
    }

    [GeneratedRegex(@"([A-Za-z][\w.]+), Version=")]
    private static partial Regex Names();
}
