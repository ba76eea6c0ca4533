using System.Diagnostics;
using Xunit;

namespace SealerRecover.Tests.Packaging;

/// <summary>The scripts in packaging/completions, asked by the shells that they are for. Shells that are not installed are skipped; bash is always there.</summary>
public class CompletionTests
{
    private const string Bash = "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sealer_recover; printf '%s\\n' \"${COMPREPLY[@]}\"";

    private static readonly string Folder = Path.Combine(VectorFiles.RepositoryRoot, "packaging", "completions");

    [Theory]
    [InlineData("sealer-recover re", "reconcile recover repair")]
    [InlineData("sealer-recover --mi", "--miner-api-info= --miner=")]
    [InlineData("sealer-recover --miner=f01000 --ful", "")]
    [InlineData("sealer-recover export --fau", "--faulty")]
    [InlineData("sealer-recover export --faulty re", "")]
    [InlineData("sealer-recover parents --variant = v", "v1 v1_1")]
    [InlineData("sealer-recover parents --variant=v", "--variant=v1 --variant=v1_1")]
    [InlineData("sealer-recover parents --variant v", "v1 v1_1")]
    [InlineData("sealer-recover parents --sector-size 5", "512MiB")]
    [InlineData("sealer-recover recover --keep-all =", "false true")]
    [InlineData("sealer-recover recover --keep-all t", "")]
    [InlineData("sealer-recover help exit", "exit-codes")]
    [InlineData("sealer-recover commp --json sealer-recover.f", "sealer-recover.fish")]
    [InlineData("sealer-recover recover --metadata = sealer-recover.f", "sealer-recover.fish")]
    [InlineData("sealer-recover survey --storage = ../completio", "../completions")]
    [InlineData("sealer-recover survey --storage ../bui", "")]
    public void Bash_completes(string typed, string expected) =>
        Assert.Equal(expected, Answer("bash", ["--norc", "-c", Bash, Path.Combine(Folder, "sealer-recover.bash"), .. typed.Split(' ')], line => line));

    [Theory]
    [InlineData("sealer-recover re", "reconcile recover repair")]
    [InlineData("sealer-recover --miner-", "--miner-api-info")]
    [InlineData("sealer-recover export --fau", "--faulty")]
    [InlineData("sealer-recover parents --variant=v", "--variant=v1 --variant=v1_1")]
    [InlineData("sealer-recover parents --sector-size 5", "512MiB")]
    [InlineData("sealer-recover help exit", "exit-codes")]
    [InlineData("sealer-recover recover --metadata sealer-recover.f", "sealer-recover.fish")]
    [InlineData("sealer-recover survey --storage ../completio", "../completions/")]
    public void Fish_completes(string typed, string expected)
    {
        Assert.SkipUnless(IsThere("fish"), "fish is not installed");
        Assert.Equal(expected, Answer("fish", ["--no-config", "-c", $"source sealer-recover.fish; complete -C '{typed}'"], line => line.Split('\t')[0]));
    }

    [Fact]
    public void Zsh_takes_the_script()
    {
        Assert.SkipUnless(IsThere("zsh"), "zsh is not installed");
        Assert.Equal("", Answer("zsh", ["-f", "-n", "sealer-recover.zsh"], line => line));
    }

    private static bool IsThere(string shell) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell)));

    // What it offers, in order, with blanks between; complaints count as answers.
    private static string Answer(string shell, IEnumerable<string> arguments, Func<string, string> word)
    {
        ProcessStartInfo start = new(shell, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        start.Environment["HOME"] = Folder;
        using Process process = Process.Start(start)!;
        string complaints = process.StandardError.ReadToEnd();
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return string.Join(' ', lines.Select(word).Order(StringComparer.Ordinal)) + complaints;
    }
}
