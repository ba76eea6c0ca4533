using System.Diagnostics;

namespace SealerRecover.Tests.Metrics;

/// <summary>Prometheus' own checker, where it is installed.</summary>
internal static class Promtool
{
    private const string Name = "promtool";

    /// <summary>Whether it is there.</summary>
    public static bool IsThere => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, Name)));

    /// <summary>Skips the test where it is not there.</summary>
    public static void Need() => Xunit.Assert.SkipUnless(IsThere, "promtool is not installed (Debian's package prometheus has it)");

    /// <summary>What it says and how it ends.</summary>
    public static (int Code, string Said) Run(string input, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Name, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> complaints = process.StandardError.ReadToEndAsync(Xunit.TestContext.Current.CancellationToken);
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said + complaints.Result);
    }
}
