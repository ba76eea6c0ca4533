using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Primitives;
using SealerRecover.Commands;
using SealerRecover.Hosting;
using SealerRecover.Rendering;
using SealerRecover.Settings;
using SealerRecover.Tests.Pages;
using Xunit;

namespace SealerRecover.Tests.Commands;

public class CommandLineTests
{
    [Fact]
    public async Task Version_is_printed() =>
        Assert.StartsWith("sealer-recover 0.", (await Run("--version")).Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("foo", "foo")]
    [InlineData("--bogus", "--bogus")]
    [InlineData("export --miner=f01000 1 --bogus", "--bogus")]
    [InlineData("export --miner=f01000 1 -x", "-x")]
    [InlineData("--parallel=0 --miner=f01", "--parallel is \"0\"")]
    [InlineData("--parallel=99999999999", "--parallel is \"99999999999\"")]
    [InlineData("--parallel=1 --parallel=2", "--parallel")]
    [InlineData("--miner=f01000", "no sectors were named")]
    [InlineData("recover /h", "\"/h\" is not a sector number")]
    [InlineData("--sectors=1", "no miner was named")]
    [InlineData("--sectors=1 --miner=f0x", "--miner is \"f0x\", not an address")]
    [InlineData("--sectors=0-18446744073709551615 --miner=f01000", "is larger than any sector number")]
    [InlineData("--sectors=1 --miner=f01000 --api-info=secrettoken", "--api-info")]
    [InlineData("--miner=f01000 recover", "--miner stands before recover")]
    [InlineData("--json export --miner=f01000 1", "--json stands before export")]
    [InlineData("recover", "no metadata file was named")]
    [InlineData("recover --metadata=/nowhere/x.json", "/nowhere/x.json")]
    [InlineData("recover --metadata=", "--metadata")]
    [InlineData("parents", "no sector size was given")]
    [InlineData("parents --sector-size 1GiB", "no registered seal proof")]
    [InlineData("parents --sector-size 2KiB --variant v3", "--variant is \"v3\"")]
    [InlineData("export", "no sectors were named")]
    [InlineData("bench --count=0", "--count is \"0\"")]
    [InlineData("bench --memory=1TiB", "--memory is \"1TiB\"")]
    [InlineData("bench --sealing-temp=", "--sealing-temp")]
    [InlineData("bench --kernel=abacus", "--kernel: there is no kernel \"abacus\"; this machine has label: ")]
    [InlineData("recover --metadata=x --kernel=label=abacus", "there is no label kernel \"abacus\" on this machine; it has ")]
    [InlineData("--miner=f01000 --sectors=1 --kernel=labels=plain", "only label, many, poseidon, two-to-one, parents")]
    [InlineData("parents --sector-size 2KiB --kernel=parents=scalar", "it has ")]
    [InlineData("kernels --kernel=label=plain,label=platform", "--kernel names two label kernels")]
    [InlineData("help whatever", "there is no help on \"whatever\"")]
    [InlineData("help export recover", "there is no help on \"export recover\"")]
    [InlineData("help --bogus", "--bogus")]
    [InlineData("@/etc/passwd", "@/etc/passwd")]
    [InlineData("[suggest]", "[suggest]")]
    public async Task A_mistake_is_one_sentence_a_hint_and_code_2(string arguments, string sentence)
    {
        Ran ran = await Run(arguments.Split(' '));
        Assert.Equal(ExitCodes.Of(FailureKind.BadInput).Code, ran.Code);
        Assert.Empty(ran.Output);
        string[] lines = ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("error: ", lines[0], StringComparison.Ordinal);
        Assert.Contains(sentence, lines[0], StringComparison.Ordinal);
        Assert.StartsWith("hint: ", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("secrettoken", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_with_json_is_a_report()
    {
        Ran ran = await Run("export", "--json", "--miner=f01000");
        JsonObject report = JsonNode.Parse(ran.Output)!.AsObject();
        Assert.Equal("report", (string?)report["event"]);
        Assert.Equal("export", (string?)report["command"]);
        Assert.Equal(2, (int?)report["exit_code"]);
        Assert.Contains("no sectors were named", (string?)report["failure"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_variable_is_code_2_and_names_the_variable()
    {
        Ran ran = await Run(["recover", "--metadata=x"], ("FIL_PROOFS_ROWS_TO_DISCARD", "many"));
        Assert.Equal(2, ran.Code);
        Assert.Contains("FIL_PROOFS_ROWS_TO_DISCARD", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kernels_are_listed_as_chosen_by_option_or_variable()
    {
        Ran ran = await Run(["kernels"], ("SEALER_RECOVER_KERNEL", "plain,poseidon=scalar"));
        Assert.Equal(0, ran.Code);
        Assert.Matches(@"label +\w.*\n(.*\n)*? +plain +used, as asked", ran.Output);
        Assert.Matches(@" scalar +used, as asked", ran.Output);
        Assert.DoesNotContain("sectors that share a core", ran.Output, StringComparison.Ordinal);

        // The option wins over the variable, also where it asks for nothing.
        Ran best = await Run(["kernels", "--kernel=best"], ("SEALER_RECOVER_KERNEL", "plain"));
        Assert.DoesNotContain("as asked", best.Output, StringComparison.Ordinal);
        Assert.Contains("many: chosen by the number of sectors that share a core", best.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kernels_in_json_tell_which_are_here_which_are_used_and_what_is_missing()
    {
        Ran ran = await Run("kernels", "--json", "--kernel=two-to-one=plain");
        JsonObject line = JsonNode.Parse(ran.Output.Split('\n')[0])!.AsObject();
        Assert.Equal("kernels", (string?)line["event"]);
        JsonObject[] kernels = [.. line["kernels"]!.AsArray().Select(kernel => kernel!.AsObject())];
        Assert.Equal(["label", "many", "parents", "poseidon", "two-to-one"], kernels.Select(kernel => (string)kernel["kind"]!).Distinct().Order());
        Assert.Equal("plain", (string?)kernels.Single(kernel => (string?)kernel["kind"] == "two-to-one" && (bool)kernel["chosen"]!)["kernel"]);
        Assert.All(kernels, kernel => Assert.Equal((bool)kernel["available"]!, kernel["lack"] is null));

        // No processor has both.
        Assert.Contains(kernels, kernel => kernel["lack"] is not null);
    }

    [Fact]
    public async Task A_variable_that_names_no_kernel_is_code_2_and_names_the_variable()
    {
        Ran ran = await Run(["kernels"], ("SEALER_RECOVER_KERNEL", "abacus"));
        Assert.Equal(2, ran.Code);
        Assert.StartsWith("error: SEALER_RECOVER_KERNEL: ", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Idle_variables_are_acknowledged_once_on_standard_error()
    {
        Ran ran = await Run(["recover", "--metadata=/nowhere/x"], ("FIL_PROOFS_USE_GPU_TREE_BUILDER", "1"), ("BELLMAN_CUSTOM_GPU", "a:1"));
        Assert.Single(ran.Error.Split('\n'), line => line.StartsWith("note: no meaning here, ignored: BELLMAN_CUSTOM_GPU", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_option_variable_and_exit_code_is_in_both_command_references()
    {
        string[] references = [.. CommandPage.References];
        IEnumerable<string> names = new CommandLine().Commands.SelectMany(command => command.Syntax.Options)
            .SelectMany(option => option.Aliases.Append(option.Name))
            .Concat(EnvironmentSettings.Documented.Select(entry => entry.Name))
            .Concat(ExitCodes.All.Select(row => row.Name))
            .Distinct();
        Assert.All(references, text =>
        {
            foreach (string name in names)
            {
                Assert.Contains($"`{name}`", text, StringComparison.Ordinal);
            }

            foreach (ExitCode row in ExitCodes.All)
            {
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| {row.Code} | `{row.Name}` |"), text, StringComparison.Ordinal);
            }
        });
    }

    [Theory]
    [InlineData("--miner=f01000|--sectors=1", "sealer-recover --miner=f01000 --sectors=1")]
    [InlineData("recover|--metadata=my file's.json", "sealer-recover recover '--metadata=my file'\\''s.json'")]
    [InlineData("--api-info=tok:/ip4/1.2.3.4/tcp/1/http|--miner=f01", "sealer-recover --api-info=... --miner=f01")]
    [InlineData("--api-info|tok:/ip4/1.2.3.4/tcp/1/http|--miner=f01", "sealer-recover --api-info ... --miner=f01")]
    [InlineData("export|--miner-api-info=tok:/ip4/1.2.3.4/tcp/1/http|--archive-node|tok:https://x", "sealer-recover export --miner-api-info=... --archive-node ...")]
    [InlineData("export|--curio-db=postgres://u:secret@h/d|--curio-db|password=secret", "sealer-recover export --curio-db=... --curio-db ...")]
    [InlineData("", "sealer-recover ''")]
    public void The_command_to_go_on_with_is_quoted_and_without_token(string arguments, string expected) =>
        Assert.Equal(expected, ShellWords.CommandLine(arguments.Split('|')));

    private static Task<Ran> Run(params string[] arguments) => Run(arguments, []);

    private static async Task<Ran> Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        ConsoleHost host = new()
        {
            Environment = environment.Append(("HOME", "/home/sp")).ToDictionary(entry => entry.Item1, entry => entry.Item2),
            Output = output,
            Error = error,
            WorkingFolder = "/",
        };
        int code = await new CommandLine().RunAsync(arguments, host, TestContext.Current.CancellationToken);
        return new Ran(code, output.ToString(), error.ToString());
    }

}
