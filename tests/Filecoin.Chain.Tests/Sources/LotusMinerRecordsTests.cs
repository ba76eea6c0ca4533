using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>What is read out of a lotus-miner's record of a sector.</summary>
public sealed class LotusMinerRecordsTests
{
    private static readonly FakeChain Chain = new();
    private static readonly FakeMiner Miner = Chain.AddMiner(1000, SectorSize.KiB2);

    [Fact]
    public void Commitments_are_the_keys_and_pieces_the_updates_where_the_chain_has_the_update()
    {
        SectorStatement said = Read(Holding.Snapped(), snapped: true);
        Assert.Equal(Lost.CommR(99), said.SealedCid?.ToCid());
        Assert.Equal(ZeroCommitments.ForSector(SectorSize.KiB2), said.CommD);
        Assert.Null(said.Data);
        Assert.Equal(Holding.AsFound(Holding.Pieces), said.UpdateData?.Pieces);
        Assert.Equal(Holding.CommD, said.UpdateCommD?.ToCid());
    }

    [Fact]
    public void Messages_that_pre_committed_proved_and_updated_it_are_told()
    {
        FakeSector sector = Miner.Add(Holding.Snapped() with { Number = 70, ProvedWithPieces = true });
        SectorStatement said = Read(sector, snapped: true);
        FakeMessage[] sent = [.. FakeMessage.OfMiner(Miner).Where(message => message.Sector == 70)];
        Assert.Equal(sent.Select(message => message.Cid), new[] { said.PreCommitMessage, said.CommitMessage, said.UpdateMessage });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pieces_of_an_update_that_is_not_on_chain_are_nobodys(bool keyHoldsData)
    {
        SectorStatement said = Read(Holding.Snapped() with { UnsealedCid = keyHoldsData ? Holding.CommD : null }, snapped: false);
        Assert.Null(said.Data);
        Assert.Null(said.UpdateData);
        Assert.Null(said.UpdateCommD);
    }

    [Fact]
    public void A_logged_update_of_another_replica_says_nothing_of_the_one_on_chain()
    {
        SectorStatement said = Read(Holding.Snapped(), snapped: true, onChain: Lost.CommR(7));
        Assert.Null(said.UpdateCommD);
        Assert.Null(said.UpdateSealedCid);
    }

    [Fact]
    public void The_last_ticket_in_the_log_counts_and_entries_cut_off_do_not()
    {
        SectorStatement said = Read(Lost.Proven(2), snapped: false, change: status =>
        {
            status["Ticket"] = null;
            JsonArray log = status["Log"]!.AsArray();
            string early = ((string)log[1]!["Message"]!).Replace("12002", "11000", StringComparison.Ordinal);
            log.Insert(1, new JsonObject { ["Kind"] = "event;sealing.SectorTicket", ["Message"] = early });
            log.Add(new JsonObject { ["Kind"] = "event;sealing.SectorTicket", ["Message"] = early[..20] + "... truncated" });
        });
        Assert.Equal(12_002, said.TicketEpoch);
        Assert.Equal(Chain.Ticket(1000, 12_002), said.Ticket?.Value);
    }

    [Theory]
    [InlineData("null among pieces")]
    [InlineData("too many pieces")]
    [InlineData("piece of no size")]
    [InlineData("pieces larger than the sector")]
    public void A_list_of_pieces_that_cannot_be_is_left_out_as_a_whole_and_never_shortened(string what)
    {
        SourceAnswer answer = Answer(Holding.Sector(), snapped: false, change: status =>
        {
            JsonArray pieces = status["Pieces"]!.AsArray();
            switch (what)
            {
                case "null among pieces":
                    pieces.Insert(1, null);
                    break;
                case "too many pieces":
                    status["Pieces"] = new JsonArray([.. Enumerable.Range(0, PieceSizes.MostPieces + 1).Select(_ => pieces[0]!.DeepClone())]);
                    break;
                case "piece of no size":
                    pieces[0]!["Piece"]!["Size"] = 100;
                    break;
                default:
                    status["Pieces"] = new JsonArray([.. Enumerable.Range(0, 9).Select(_ => pieces[0]!.DeepClone())]);
                    break;
            }
        });
        string said = Assert.Single(answer.Unusable);
        Assert.StartsWith("lotus-miner has ", said, StringComparison.Ordinal);
        Assert.EndsWith(" (Pieces); that is not used", said, StringComparison.Ordinal);
        Assert.Null(answer.Statement!.Data);
        Assert.Equal((12_002L, Holding.CommD), (answer.Statement.TicketEpoch, answer.Statement.CommD?.ToCid()));
    }

    /// <summary>Fields that can be none, and where they stand.</summary>
    public static TheoryData<string, string> BadFields => new()
    {
        { "SealProof", "-1" },
        { "SealProof", "\"5\"" },
        { "CommD", "\"b\"" },
        { "CommD", $$$"""{"/":"{{{Lost.CommR(3)}}}"}""" },
        { "CommR", """{"/":""}""" },
        { "CommR", $$$"""{"/":"{{{Holding.CommD}}}"}""" },
        { "Ticket", "7" },
        { "Ticket.Value", "\"AAAA\"" },
        { "Ticket.Epoch", "9223372036854775807" },
        { "Ticket.Epoch", "\"12002\"" },
        { "Pieces", "\"none\"" },
        { "Pieces", """[{"Piece":{"Size":-1,"PieceCID":{"/":"bafkqaaa"}}}]""" },
        { "PreCommitMsg", """{"/":"x"}""" },
        { "CommitMsg", "[]" },
        { "ReplicaUpdateMessage", """{"/":7}""" },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public void Each_field_is_judged_alone(string place, string value)
    {
        FakeSector sector = Holding.Sector() with { ProvedWithPieces = true };
        Miner.Add(sector);
        SectorStatement all = Read(sector, snapped: false);

        SourceAnswer answer = Answer(sector, snapped: false, change: status =>
        {
            string[] path = place.Split('.');
            status["Log"] = null;
            JsonObject owner = path.Length == 1 ? status : status[path[0]]!.AsObject();
            owner[path[^1]] = JsonNode.Parse(value);
        });

        Assert.Contains($"({place}); that is not used", Assert.Single(answer.Unusable), StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Unusable[0], char.IsControl);
        SectorStatement said = answer.Statement!;
        Assert.Equal(
            all with
            {
                SealProof = place == "SealProof" ? null : all.SealProof,
                CommD = place == "CommD" ? null : all.CommD,
                SealedCid = place == "CommR" ? null : all.SealedCid,
                Ticket = place is "Ticket" or "Ticket.Value" ? null : all.Ticket,
                TicketEpoch = place is "Ticket" or "Ticket.Epoch" ? null : all.TicketEpoch,
                Data = place is "Pieces" or "ReplicaUpdateMessage" ? null : all.Data,
                PreCommitMessage = place == "PreCommitMsg" ? null : all.PreCommitMessage,
                CommitMessage = place == "CommitMsg" ? null : all.CommitMessage,
            },
            said);
    }

    [Fact]
    public void An_epoch_without_its_ticket_is_told_and_that_of_no_ticket_is_not()
    {
        Assert.Equal((null, 12_002L), Ticket(value: null, epoch: 12_002));
        Assert.Equal((null, -891L), Ticket(value: null, epoch: -891));
        Assert.Equal((null, null), Ticket(value: null, epoch: 0));

        static (Ticket?, long?) Ticket(string? value, long epoch)
        {
            SectorStatement said = Read(Lost.Proven(2), snapped: false, change: status =>
            {
                status["Ticket"] = new JsonObject { ["Value"] = value, ["Epoch"] = epoch };
                status["Log"] = null;
            });
            return (said.Ticket, said.TicketEpoch);
        }
    }

    private static SectorStatement Read(FakeSector sector, bool snapped, Cid? onChain = null, Action<JsonObject>? change = null) =>
        Answer(sector, snapped, onChain, change).Statement!;

    private static SourceAnswer Answer(FakeSector sector, bool snapped, Cid? onChain = null, Action<JsonObject>? change = null)
    {
        JsonObject json = FakeLotusMiner.Status(Chain, Miner, sector);
        change?.Invoke(json);
        MinerSectorStatus status = JsonSerializer.Deserialize(json.ToJsonString(), ChainJson.Default.MinerSectorStatus)!;
        SourceQuestion question = new(new SectorId(new ActorId(1000), sector.Number), SectorSize.KiB2)
        {
            IsSnapped = snapped,
            UpdateSealedCid = snapped && CommitmentCid.TryGetCommR(onChain ?? sector.SealedCid, out CommR commR) ? commR : null,
        };
        return LotusMinerRecords.Read(question, status, "lotus-miner");
    }
}
