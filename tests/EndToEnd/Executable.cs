using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>The built sealer-recover, run as operators run it: a process of its own, no shell, an environment of its own.</summary>
internal sealed partial class Executable : IDisposable
{
    private static readonly string Host = FindHost();
    // SEALER_RECOVER_PROGRAM: the program as it was published, with its runtime or, sealer-recover.dll, without, instead of the one that was built.
    // That is taken from its own folder: beside these tests, which serve HTTP, packages are missing that their framework has and the program's has not.
    private static readonly string Program = Environment.GetEnvironmentVariable("SEALER_RECOVER_PROGRAM")
        ?? Path.Combine(VectorFiles.RepositoryRoot, "src", "SealerRecover", Path.GetRelativePath(Path.Combine(VectorFiles.RepositoryRoot, "tests", "EndToEnd"), AppContext.BaseDirectory), "sealer-recover.dll");

    // What a script starts in the background ignores SIGINT, and under nohup SIGHUP, and so would all its children. env(1) ends that and becomes
    // the program, under the same process id.
    private static readonly string[] Ready =
    [
        "env", "--default-signal=INT,QUIT,HUP,TERM",
        .. Program.EndsWith(".dll", StringComparison.Ordinal) ? new[] { Host, Program } : [Program],
    ];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Lock _lock = new();
    private Action<string>? _onLine;

    private Executable(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_error, line.Data);
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts the program.</summary>
    /// <param name="folder">Home and working folder.</param>
    /// <param name="environment">Variables beside PATH and HOME.</param>
    /// <param name="arguments">As on the command line.</param>
    /// <param name="onLine">Called with every line of standard output.</param>
    /// <param name="on">The host it runs on; null for this one.</param>
    public static Executable Start(
        string folder, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments, Action<string>? onLine = null, NamespaceHost? on = null)
    {
        // Whoever comes to another host comes to the root of its files.
        string[] command = [.. on?.Enter ?? [], Ready[0], $"--chdir={folder}", .. Ready[1..], .. arguments];
        return Start(new ProcessStartInfo(command[0], command[1..]), folder, environment, onLine);
    }

    /// <summary>Starts the program on a terminal of its own, 80 columns wide, by script(1); all it shows is standard output.</summary>
    public static Executable StartOnTerminal(string folder, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        string command = string.Join(' ', Ready.Concat(arguments).Select(word => $"'{word}'"));
        string inside = $"stty cols 80 rows 24; TERM=xterm-256color {command}";
        return Start(new ProcessStartInfo("script", ["--quiet", "--return", "--command", inside, "/dev/null"]), folder, environment, onLine: null);
    }

    private static Executable Start(
        ProcessStartInfo start, string folder, IReadOnlyDictionary<string, string> environment, Action<string>? onLine)
    {
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = folder;

        // A run is mostly the runtime's own start, thousands of times over: without its profiling, and without its protection of its own code
        // (the program protects the code that it generates itself), it starts a sixth faster.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Executable executable = new(start) { _onLine = onLine };
        executable._process.Start();
        executable._process.BeginOutputReadLine();
        executable._process.BeginErrorReadLine();
        executable._process.StandardInput.Close();
        return executable;
    }

    /// <summary>Waits for the end; kills the process and fails when it seems to hang.</summary>
    public async Task<Ended> EndAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        impatient.CancelAfter(TimeSpan.FromMinutes(VectorFiles.LongTests ? 20 : 5));
        try
        {
            await _process.WaitForExitAsync(impatient.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw new TimeoutException($"sealer-recover did not end; it said:\n{_output}\n{_error}");
        }

        lock (_lock)
        {
            return new Ended(_process.ExitCode, _output.ToString(), _error.ToString());
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: false);
            _process.WaitForExit();
        }
    }

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public void Interrupt() => Send(2);

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Send(15);

    /// <summary>SIGSTOP: holds still with all its locks.</summary>
    public void Freeze() => Send(19);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Send(18);

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Send(int signal)
    {
        if (!_process.HasExited && SendSignal(_process.Id, signal) != 0 && !_process.HasExited)
        {
            throw new InvalidOperationException($"kill failed with error {Marshal.GetLastPInvokeError()}");
        }
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            text.Append(line).Append('\n');
        }

        if (text == _output)
        {
            _onLine?.Invoke(line);
        }
    }

    // The runtime that runs this test runs the program: …/shared/Microsoft.NETCore.App/10.0.x/ lies three folders below its host.
    private static string FindHost()
    {
        string host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}

/// <summary>How a run ended.</summary>
internal sealed record Ended(int Code, string Output, string Error)
{
    /// <summary>Standard output as JSON objects; for runs with --json.</summary>
    public IReadOnlyList<JsonObject> Lines { get; } =
        Output.StartsWith('{') ? [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())] : [];

    /// <summary>The last object.</summary>
    public JsonObject Report => Lines[^1];

    /// <summary>Everything it said, for messages of failed tests.</summary>
    public override string ToString() => $"exit code {Code}\n{Output}\n{Error}";
}
