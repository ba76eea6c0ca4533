using System.Text.RegularExpressions;
using SealerRecover.Commands;
using SealerRecover.Hosting;
using Xunit;

namespace SealerRecover.Tests.Packaging;

/// <summary>Jobs for schedulers and the unit agree on what is final, and say nothing that the program does not know.</summary>
public sealed partial class JobFileTests
{
    private static readonly string[] Files = ["contrib/slurm/recover.sbatch", "contrib/run-until-final.sh", "contrib/kubernetes/recover.yaml", "contrib/nomad/recover.nomad.hcl"];

    private static int[] OfUnit => Numbers(UnitCodes().Match(Text("packaging/systemd/sealer-recover@.service")).Groups["codes"].Value);

    [Fact]
    public void What_is_final_for_the_unit_is_final_for_every_scheduler()
    {
        Assert.Contains(ExitCodes.Of(Filecoin.Primitives.FailureKind.CommitmentMismatch).Code, OfUnit);
        Assert.All(OfUnit, code => Assert.Contains(ExitCodes.All, known => known.Code == code));
        foreach (string script in Files[..2])
        {
            Assert.Equal([0, .. OfUnit], Numbers(ShellCodes().Match(Text(script)).Groups["codes"].Value));
        }

        Assert.Equal(OfUnit, Numbers(YamlCodes().Match(Text(Files[2])).Groups["codes"].Value));
    }

    [Fact]
    public void Pages_say_the_same()
    {
        foreach (string page in (string[])["docs/schedulers.md", "docs/schedulers_CN.md"])
        {
            Assert.Contains(Text(page).Split('\n'), line => line.StartsWith("| 2", StringComparison.Ordinal) && Numbers(line.Split('|')[1]).SequenceEqual(OfUnit));
        }
    }

    [Fact]
    public void Every_option_in_a_job_is_one_of_recover()
    {
        HashSet<string> known = [.. new RecoverCommand().Syntax.Options.SelectMany(option => option.Aliases.Append(option.Name))];
        foreach (string file in Files.Where(file => !file.EndsWith(".sh", StringComparison.Ordinal)))
        {
            string[] named = [.. OptionOfRecover().Matches(Text(file)).Select(option => option.Groups["name"].Value).Distinct()];
            Assert.Empty(((string[])["--metadata", "--sealing-result", "--sealing-temp"]).Except(named));
            Assert.All(named, option => Assert.Contains(option, known));
        }
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(VectorFiles.RepositoryRoot, file));

    private static int[] Numbers(string text) => [.. Digits().Matches(text).Select(number => int.Parse(number.Value, System.Globalization.CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"^RestartPreventExitStatus=(?<codes>.+)$", RegexOptions.Multiline)]
    private static partial Regex UnitCodes();

    [GeneratedRegex(@"^ +(?<codes>0( \| \d+)+)\)", RegexOptions.Multiline)]
    private static partial Regex ShellCodes();

    [GeneratedRegex(@"values: \[(?<codes>[^\]]+)\]")]
    private static partial Regex YamlCodes();

    /// <summary>With a value behind it, and not an option of a scheduler's own program.</summary>
    [GeneratedRegex(@"(?<!#SBATCH |sbatch |kubectl [^\n]*)(?<name>--(?:metadata|sealing-[a-z]+|threads|parallel)[a-z-]*)=")]
    private static partial Regex OptionOfRecover();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
