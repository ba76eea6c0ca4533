using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.Chain;
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
    public void A_list_of_pieces_that_cannot_be_is_refused_and_never_shortened(string what)
    {
        OperatorException error = Assert.Throws<OperatorException>(() => Read(Holding.Sector(), snapped: false, change: status =>
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
        }));
        Assert.Equal(FailureKind.BadInput, error.Kind);
        Assert.StartsWith("f01000 sector 2: lotus-miner has ", error.Message, StringComparison.Ordinal);
    }

    private static SectorStatement Read(FakeSector sector, bool snapped, Cid? onChain = null, Action<JsonObject>? change = null)
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
