using System.Text;
using System.Text.Json.Nodes;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class DamoclesStatesTests
{
    private static readonly FakeChain Chain = WithMiners();

    /// <summary>Content that is no damocles state.</summary>
    public static TheoryData<string> Hostile => new(
        "",
        "null",
        "7",
        "[null]",
        "{}",
        """{"ID":{"Miner":1000}}""",
        """{"ID":{"Miner":-1,"Number":2}}""",
        """[{"ID":{"Miner":1000,"Number":2}},{"ID":{"Miner":1000,"Number":2}}]""",
        """{"ID":{"Miner":1000,"Number":2},"ID":{"Miner":1000,"Number":2}}""");

    /// <summary>Where a field stands that can be none, and the state's JSON with it, in single quotes.</summary>
    public static TheoryData<string, string> BadFields => new()
    {
        { "Ticket.Ticket", "'Ticket':{'Ticket':'!','Epoch':12002}" },
        { "Ticket.Epoch", "'Ticket':{'Ticket':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=','Epoch':-9223372036854775808}" },
        { "Ticket", "'Ticket':[]" },
        { "Pre", "'Pre':7" },
        { "Pre.CommR", "'Pre':{'CommR':{'/':'../../etc/passwd'}}" },
        { "Pre.CommD", $"'Pre':{{'CommD':{{'/':'{Lost.CommR(3)}'}}}}" },
        { "Deals", "'Deals':[{'Piece':null}]" },
        { "Pieces", $"'Pieces':[{{'Piece':{{'Size':0,'PieceCID':{{'/':'{Holding.CommD}'}}}}}}]" },
        { "Upgraded", "'Upgraded':'yes'" },
        { "UpgradedInfo.SealedCID", $"'Upgraded':true,'UpgradedInfo':{{'SealedCID':{{'/':'{Holding.CommD}'}}}}" },
        { "UpgradedInfo.UnsealedCID", $"'Upgraded':true,'UpgradedInfo':{{'UnsealedCID':{{'/':'{Lost.CommR(3)}'}}}}" },
        { "MessageInfo.CommitCid", "'MessageInfo':{'CommitCid':'x'}" },
        { "SectorType", "'SectorType':'\\ud800'" },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public async Task Each_field_is_judged_alone_and_no_other_sector_suffers(string place, string field)
    {
        string content = $"[{{\"ID\":{{\"Miner\":1000,\"Number\":2}},{field.Replace('\'', '"')}}},{FakeDamocles.State(Chain, 1000, Lost.Proven(3)).ToJsonString()}]";
        DamoclesStates states = DamoclesStates.Parse("d.json", Encoding.UTF8.GetBytes(content));
        SourceAnswer answer = await states.AskAsync(Question(2) with { IsSnapped = true }, TestContext.Current.CancellationToken);
        Assert.Contains($" ({place}); that is not used", Assert.Single(answer.Unusable), StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Unusable[0], char.IsControl);
        Assert.Equal(place == "Ticket.Ticket" ? 12_002 : null, answer.Statement!.TicketEpoch);
        Assert.Equal(place == "Ticket.Epoch", answer.Statement.Ticket is not null);
        Assert.Equal(12_003, (await states.AskAsync(Question(3), TestContext.Current.CancellationToken)).Statement!.TicketEpoch);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_files_are_one_sentence(string json)
    {
        OperatorException error = Assert.Throws<OperatorException>(() => DamoclesStates.Parse("d.json", Encoding.UTF8.GetBytes(json)));
        Assert.Equal(FailureKind.BadInput, error.Kind);
        Assert.StartsWith("the damocles state d.json ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public void Deep_files_and_files_that_are_not_there_are_one_sentence()
    {
        Assert.Throws<OperatorException>(() => DamoclesStates.Parse("d.json", Encoding.UTF8.GetBytes(new string('[', 1_000_000))));
        Assert.Throws<OperatorException>(() => DamoclesStates.Read("/nonexistent/d.json"));
        Assert.Throws<OperatorException>(() => DamoclesStates.Read(Path.GetTempPath()));
        Assert.Contains("has more than 64 MiB", Assert.Throws<OperatorException>(() => DamoclesStates.Read("/dev/zero")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_messages_that_it_names_are_told()
    {
        Cid[] sent = [Cid.Create(0x71, 0xb220, new byte[32]), Cid.Create(0x71, 0x12, new byte[32])];
        JsonObject state = FakeDamocles.State(Chain, 1000, Lost.Proven(2));
        state["MessageInfo"]!["PreCommitCid"] = new JsonObject { ["/"] = sent[0].ToString() };
        state["MessageInfo"]!["CommitCid"] = new JsonObject { ["/"] = sent[1].ToString() };
        SourceAnswer answer = await DamoclesStates.Parse("d.json", Encoding.UTF8.GetBytes(state.ToJsonString())).AskAsync(
            new SourceQuestion(new SectorId(new ActorId(1000), 2), SectorSize.KiB2), TestContext.Current.CancellationToken);
        Assert.Equal((sent[0], sent[1]), (answer.Statement?.PreCommitMessage, answer.Statement?.CommitMessage));
    }

    [Theory]
    [InlineData("one")]
    [InlineData("list")]
    [InlineData("answer")]
    public async Task One_state_a_list_and_an_answer_that_holds_one_are_read(string form)
    {
        JsonObject state = FakeDamocles.State(Chain, 1000, Lost.Proven(2));
        JsonNode content = form switch
        {
            "one" => state,
            "list" => new JsonArray(state, FakeDamocles.State(Chain, 1001, Lost.Proven(2)), FakeDamocles.State(Chain, 1000, Lost.Proven(3))),
            _ => new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["result"] = new JsonArray(state) },
        };
        DamoclesStates states = DamoclesStates.Parse("d.json", Encoding.UTF8.GetBytes(content.ToJsonString()));
        SourceAnswer answer = await states.AskAsync(Question(2), TestContext.Current.CancellationToken);
        Assert.Equal((12_002, Lost.CommR(2)), (answer.Statement!.TicketEpoch, answer.Statement.SealedCid!.Value.ToCid()));
        Assert.Equal(ZeroCommitments.ForSector(SectorSize.KiB2), answer.Statement.CommD);
        Assert.Null((await states.AskAsync(Question(9), TestContext.Current.CancellationToken)).Statement);
    }

    [Fact]
    public async Task Pieces_of_a_sector_that_is_about_to_be_snapped_are_not_taken_for_what_it_was_sealed_over()
    {
        JsonObject state = FakeDamocles.State(Chain, 1000, Holding.Snapped());
        DamoclesStates states = DamoclesStates.Parse("d.json", Encoding.UTF8.GetBytes(state.ToJsonString()));
        SectorStatement said = (await states.AskAsync(Question(2), TestContext.Current.CancellationToken)).Statement!;
        Assert.Null(said.Data);
        Assert.Null(said.UpdateData);
        said = (await states.AskAsync(Question(2) with { IsSnapped = true }, TestContext.Current.CancellationToken)).Statement!;
        Assert.Equal(Holding.AsFound(Holding.Pieces), said.UpdateData!.Pieces);
    }

    private static FakeChain WithMiners()
    {
        FakeChain chain = new();
        chain.AddMiner(1000, SectorSize.KiB2);
        chain.AddMiner(1001, SectorSize.KiB2);
        return chain;
    }

    private static SourceQuestion Question(ulong number) => new(new SectorId(new ActorId(1000), number), SectorSize.KiB2);
}
