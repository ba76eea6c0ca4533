using Xunit;

namespace SealerRecover.Tests.Commands;

public sealed class ExportCommandTests
{
    [Theory]
    [InlineData("--ticket=xyz", "--ticket is \"xyz\", not 32 bytes")]
    [InlineData("--ticket=00", "--ticket is \"00\", not 32 bytes")]
    [InlineData("--ticket=zz00000000000000000000000000000000000000000000000000000000000000", "not 32 bytes")]
    [InlineData("--ticket-epoch=ten", "ticket-epoch")]
    [InlineData("--ticket-epoch=9223372036854775807", "--ticket-epoch is \"9223372036854775807\", not an epoch")]
    [InlineData("--seal-proof=20", "--seal-proof is \"20\", not a registered seal proof")]
    [InlineData("--seal-proof=StackedDrg", "--seal-proof is \"StackedDrg\", not a registered seal proof")]
    [InlineData("--sealed-cid=baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy", "not the CID of a sealed sector")]
    [InlineData("--damocles-state=/nonexistent.json", "the damocles state /nonexistent.json cannot be read")]
    [InlineData("--metadata=/nonexistent.json", "/nonexistent.json does not exist")]
    [InlineData("--miner-api-info=nowhere", "--miner-api-info does not say where the lotus-miner is")]
    [InlineData("--curio-db=postgres://u:p@h:x", "--curio-db does not say where Curio's database is: it names a port")]
    [InlineData("--curio-db=h?", "--curio-db does not say where Curio's database is: it names a host that can be none")]
    [InlineData("--curio-db=postgres://h/d?search_path=a-b", "the schema named for Curio's database is no name")]
    [InlineData("--archive-node=,", "--archive-node does not say where the chain node is")]
    [InlineData("--ticket-epoch=9000 2", "exactly one has to be named")]
    [InlineData("--ticket-epoch=9000 --faulty", "exactly one has to be named")]
    [InlineData("--ticket-epoch=9000 --all", "exactly one has to be named")]
    public async Task A_source_that_cannot_be_read_is_one_sentence_and_a_hint(string arguments, string sentence)
    {
        Ran ran = await InProcess.RunAsync(["export", "--miner=f01000", "--api-info=http://127.0.0.1:1", "1", .. arguments.Split(' ')]);
        Assert.True(ran.Code == 2, ran.Output + ran.Error);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--verbose")]
    public async Task A_node_that_is_not_there_is_told_once_with_how_long_it_is_waited_for(string how)
    {
        Ran ran = await InProcess.RunAsync("export", "--miner=f01000", "--api-info=http://127.0.0.1:1", "1", how);
        Assert.Equal(3, ran.Code);
        string[] told = how == "--json"
            ? [.. ran.Lines.Where(line => (string?)line["event"] == "note").Select(line => (string)line["text"]!)]
            : [.. ran.Output.Split('\n').Where(line => line.Contains("refused", StringComparison.Ordinal)).Select(line => line[21..])];
        Assert.Matches(@"^http://127\.0\.0\.1:1/rpc/v1 refused the connection; it is asked again in \d\.\d s, up to 3 times$", Assert.Single(told));
    }
}
