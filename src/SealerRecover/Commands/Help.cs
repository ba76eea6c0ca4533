using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>What help adds to the options: examples, environment, exit codes. And --version.</summary>
internal static class Help
{
    private static readonly string[] Examples =
    [
        "sealer-recover --miner=f01000 --sectors=0 --sectors=1 --parallel=2 --sealing-result=/sector --sealing-temp=/temp",
        "sealer-recover export --miner=f01000 1 2 3-40",
        "sealer-recover export --miner=f01000 --faulty --archive-node=https://archive.example",
        "sealer-recover recover --sectors-recovery-metadata=./sectors-recovery-f01000.json --sealing-result=/sector --sealing-temp=/temp 2 4 5",
        "sealer-recover parents --sector-size 32GiB --verify",
        "sealer-recover bench --sealing-temp=/temp",
        "sealer-recover kernels",
        "sealer-recover commp ./deal.car ./other.car",
        "sealer-recover pieces --miner=f01000 --sector=7 --piece-source=/pieces",
        "sealer-recover survey --miner=f01000 --storage=/sector --storage=/sector2 --faulty --deep",
        "sealer-recover diagnose --miner=f01000 --sealing-temp=/temp 7",
        "sealer-recover unseal --miner=f01000 --sector=7 --sealed=/sector/sealed/s-t01000-7 --output=./data",
        "sealer-recover commit1 --miner=f01000 --sector=7 --seed=HEX --sealing-result=/sector --output=./c1-7.json",
    ];

    /// <summary>Gives the root help with the epilogue, without the Windows spellings /h and /?, which are paths here; and a version with a name.</summary>
    public static void Extend(RootCommand root)
    {
        HelpOption help = new("--help", "-h", "-?") { Recursive = true, Description = "Show this help." };
        help.Action = new WithEpilogue((HelpAction)help.Action!);
        VersionOption version = new() { Description = "Show the version.", Action = new Version() };
        foreach (Option standard in root.Options.Where(option => option is HelpOption or VersionOption).ToArray())
        {
            root.Options.Remove(standard);
        }

        root.Options.Add(help);
        root.Options.Add(version);
    }

    /// <summary>Prints the help of <paramref name="root"/>.</summary>
    public static void Print(RootCommand root, ConsoleHost host) =>
        root.Parse(["-h"]).Invoke(new InvocationConfiguration { Output = host.Output, Error = host.Error, ProcessTerminationTimeout = null });

    private static IEnumerable<string> Epilogue()
    {
        yield return "Examples:";
        foreach (string example in Examples)
        {
            yield return "  " + example;
        }

        yield return "";
        yield return "Environment:";
        foreach ((string name, string meaning) in EnvironmentSettings.Documented)
        {
            yield return $"  {name,-34}  {meaning}";
        }

        yield return "";
        yield return "Exit codes:";
        foreach (ExitCode row in ExitCodes.All)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  {row.Code,3}  {row.Meaning}");
        }

        yield return "";
        yield return "If several sectors fail: 14 if the machine computed one wrongly, 8 if one mismatched, otherwise the code of the first that failed.";
        yield return "docs/commands.md has it all, with the JSON that --json prints.";
    }

    private sealed class WithEpilogue(HelpAction inner) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            foreach (string line in Epilogue())
            {
                parseResult.InvocationConfiguration.Output.WriteLine(line);
            }

            return code;
        }
    }

    private sealed class Version : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"sealer-recover {ProgramVersion.Text}");
            return ExitCodes.Success.Code;
        }
    }
}
