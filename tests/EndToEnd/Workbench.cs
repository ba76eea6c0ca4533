using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using SealerRecover.Recovery.Site;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
[assembly: AssemblyFixture(typeof(EndToEnd.ParentCaches))]
[assembly: AssemblyFixture(typeof(Databases))]

namespace EndToEnd;

/// <summary>One folder of parent caches for all tests of the assembly, as providers have one for all sectors.</summary>
public sealed class ParentCaches : IDisposable
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("sealer-recover-parents-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>A test's own home with temp and result folders, and the program to run in it.</summary>
internal sealed class Workbench(ParentCaches caches) : IDisposable
{
    // Looking for cards costs a tenth of each start where OpenCL is installed; what does that is tested by itself (OpenClCards).
    private readonly Dictionary<string, string> _environment = new() { ["FIL_PROOFS_PARENT_CACHE"] = caches.Folder, ["BELLMAN_NO_GPU"] = "1" };

    /// <summary>Home and working folder.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("sealer-recover-test-").FullName;

    /// <summary>--sealing-result.</summary>
    public string Result => Path.Combine(Home, "result");

    /// <summary>--sealing-temp.</summary>
    public string Temp => Path.Combine(Home, "temp");

    /// <summary>What is left in --sealing-temp, beside the file in which a run says how it stands.</summary>
    public IEnumerable<string> LeftInTemp => Directory.Exists(Temp)
        ? Directory.EnumerateFileSystemEntries(Temp).Where(path => Path.GetFileName(path) != RunFile.FileName)
        : [];

    /// <summary>Variables of the program's environment.</summary>
    public IDictionary<string, string> Environment => _environment;

    /// <summary>The host that programs run on; null for this one.</summary>
    public NamespaceHost? On { get; set; }

    /// <summary>The sample of a size, e.g. "2KiB".</summary>
    public static string Sample(string size) => size == "512MiB"
        ? Path.Combine(VectorFiles.Folder, "metadata", size, "sectors-recovery-f010215199.json")
        : Path.Combine(VectorFiles.RepositoryRoot, "samples", size, "sectors-recovery-f01000.json");

    /// <summary>What chance follows from, which is printed; SEALER_RECOVER_KILL_SEED repeats it.</summary>
    public static int Seed()
    {
        string given = System.Environment.GetEnvironmentVariable("SEALER_RECOVER_KILL_SEED") ?? "";
        int seed = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int repeated) ? repeated : Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        return seed;
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The arguments of recover for a metadata file, with this bench's folders.</summary>
    public IEnumerable<string> Recover(string metadata, params string[] more) =>
        ["recover", $"--sectors-recovery-metadata={metadata}", $"--sealing-result={Result}", $"--sealing-temp={Temp}", .. more];

    /// <summary>Starts the program.</summary>
    public Executable Start(IEnumerable<string> arguments, Action<string>? onLine = null) =>
        Executable.Start(Home, _environment, arguments, onLine, On);

    /// <summary>Runs the program to its end.</summary>
    public async Task<Ended> RunAsync(params IEnumerable<string> arguments)
    {
        using Executable executable = Start(arguments);
        return await executable.EndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs the program on a terminal to its end, which has to be a good one.</summary>
    public async Task<Ended> RunOnTerminalAsync(params IEnumerable<string> arguments)
    {
        using Executable executable = Executable.StartOnTerminal(Home, _environment, arguments);
        Ended ended = await executable.EndAsync(TestContext.Current.CancellationToken);
        Assert.True(ended.Code == 0, ended.ToString());
        return ended;
    }

    /// <summary>Runs the program to its end, which has to have this exit code.</summary>
    public async Task<Ended> RunAsync(int code, IEnumerable<string> arguments)
    {
        Ended ended = await RunAsync(arguments);
        Assert.True(ended.Code == code, ended.ToString());
        return ended;
    }

    /// <summary>Starts the program and waits until a line of its output has this text.</summary>
    public async Task<Executable> StartAndWaitAsync(IEnumerable<string> arguments, string text)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Executable executable = Start(arguments, line =>
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        });
        await seen.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        return executable;
    }

    /// <summary>
    /// Sends a signal when a line of the program's output has this text. Where the machine is busy a run may come to its end before the signal
    /// comes; that one is undone and another started.
    /// </summary>
    public async Task<Ended> StopAsync(IReadOnlyList<string> arguments, string text, Action<Executable> signal, Action undo)
    {
        const int most = 5;
        for (int tries = 1; ; tries++)
        {
            using Executable executable = await StartAndWaitAsync(arguments, text);
            signal(executable);
            Ended ended = await executable.EndAsync(TestContext.Current.CancellationToken);
            if (ended.Code != 0 || tries == most)
            {
                return ended;
            }

            undo();
        }
    }

    /// <summary>Flips a bit of the byte at <paramref name="place"/>.</summary>
    public static void Flip(string path, long place)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = place;
        int value = file.ReadByte();
        file.Position = place;
        file.WriteByte((byte)(value ^ 0x10));
    }

    /// <summary>Every file of the result folder, with its digest and when it was written.</summary>
    public Dictionary<string, (string Sha256, DateTime Written)> Snapshot() =>
        Directory.EnumerateFiles(Result, "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, path => (VectorFiles.Sha256OfFile(path), File.GetLastWriteTimeUtc(path)));

    /// <summary>A copy of a sample's metadata, changed.</summary>
    public string Metadata(string size, Action<JsonObject> change)
    {
        JsonObject metadata = JsonNode.Parse(File.ReadAllText(Sample(size)))!.AsObject();
        change(metadata);
        return Write(metadata.ToJsonString());
    }

    /// <summary>A metadata file with any content.</summary>
    public string Write(string content)
    {
        string path = Path.Combine(Home, $"metadata-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, content);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string folder in Directory.EnumerateDirectories(Home, "*", SearchOption.AllDirectories).Prepend(Home))
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(Home, recursive: true);
    }
}
