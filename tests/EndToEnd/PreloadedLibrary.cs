using System.Diagnostics;

namespace EndToEnd;

/// <summary>A library in C that is compiled when it is first needed, for the program to be started with (LD_PRELOAD): calls of libc pass through it.</summary>
/// <param name="name">Of its files.</param>
/// <param name="source">In C.</param>
/// <param name="libraries">What it is linked with, beside libdl.</param>
internal sealed class PreloadedLibrary(string name, string source, params string[] libraries)
{
    private readonly Lazy<string?> _path = new(() =>
    {
        string folder = Directory.CreateTempSubdirectory($"sealer-recover-{name}-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string file = Path.Combine(folder, $"{name}.c");
        string library = Path.Combine(folder, $"{name}.so");
        File.WriteAllText(file, source);
        return Tool.Succeeds("cc", ["-shared", "-fPIC", "-O1", "-o", library, file, "-ldl", .. libraries]) ? library : null;
    });

    /// <summary>The library; null where it cannot be compiled.</summary>
    public string? PathOrNull => _path.Value;

    /// <summary>The library; the test is skipped where it cannot be compiled.</summary>
    public string PathOrSkip(string reason)
    {
        Assert.SkipUnless(_path.Value is not null, reason);
        return _path.Value!;
    }
}

/// <summary>Programs of the system that a test may find or not.</summary>
internal static class Tool
{
    /// <summary>Whether a program is there and ended well.</summary>
    public static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
