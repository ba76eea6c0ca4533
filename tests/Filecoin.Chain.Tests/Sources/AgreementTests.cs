using Filecoin.Chain.Facts;
using Filecoin.Chain.Sources;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>The one place where sources are compared.</summary>
public sealed class AgreementTests
{
    private static readonly SectorId Sector = new(new ActorId(1000), 2);
    private static readonly SealProofInfo Proof = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1);
    private static readonly CommD Zeros = ZeroCommitments.ForSector(SectorSize.KiB2);

    private static SectorStatement Full => new()
    {
        Source = "one",
        SealProof = Proof,
        TicketEpoch = 12_002,
        Ticket = new Ticket(Bytes(1)),
        SealedCid = new CommR(Bytes(2)),
        UpdateSealedCid = new CommR(Bytes(3)),
        CommD = new CommD(Bytes(4)),
        DealIds = [7, 5],
        Data = Pieces(Holding.Pieces),
        UpdateCommD = new CommD(Bytes(5)),
        UpdateData = Pieces(Holding.Pieces),
        PreCommitEpoch = 13_000,
    };

    /// <summary>What a second source says otherwise, and what the sentence calls it.</summary>
    public static TheoryData<string> Contradictions => new(
        "the seal proof", "the ticket's epoch", "the ticket", "the SealedCID", "the SealedCID of its key", "the update's SealedCID", "CommD", "the list of deals",
        "the list of pieces", "the update's CommD", "the update's list of pieces", "the epoch of the pre-commit");

    [Fact]
    public void What_all_say_is_agreed_and_remembers_who_said_it()
    {
        AgreedFacts agreed = Agreement.Of(Sector, [Full, Full with { Source = "two", CommD = null }, new SectorStatement { Source = "three" }], 15_000);
        Assert.Equal(["one", "two"], agreed.TicketEpoch!.Sources);
        Assert.Equal(12_002, agreed.TicketEpoch.Value);
        Assert.Equal(["one"], agreed.CommD!.Sources);
        Assert.Equal(["one", "two"], agreed.UpdateData!.Sources);
        Assert.Null(Agreement.Of(Sector, [], 15_000).SealProof);
    }

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void A_contradiction_is_one_sentence_that_names_both(string what)
    {
        SectorStatement one = what == "the SealedCID" ? Full with { UpdateSealedCid = null } : Full;
        SectorStatement other = one with { Source = "two" };
        other = what switch
        {
            "the seal proof" => other with { SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1) },
            "the ticket's epoch" => other with { TicketEpoch = 12_001 },
            "the ticket" => other with { Ticket = new Ticket(Bytes(9)) },
            "the SealedCID" or "the SealedCID of its key" => other with { SealedCid = new CommR(Bytes(9)) },
            "the update's SealedCID" => other with { UpdateSealedCid = new CommR(Bytes(9)) },
            "CommD" => other with { CommD = Zeros },
            "the list of deals" => other with { DealIds = [5, 7] },
            "the list of pieces" => other with { Data = Pieces([.. Holding.Pieces.Reverse()]) },
            "the update's CommD" => other with { UpdateCommD = Zeros },
            "the update's list of pieces" => other with { UpdateData = Pieces(Holding.Pieces[..2]) },
            _ => other with { PreCommitEpoch = 13_001 },
        };

        OperatorException error = Assert.Throws<OperatorException>(() => Agreement.Of(Sector, [one, other], 15_000));

        Assert.Equal(FailureKind.SourcesDisagree, error.Kind);
        Assert.StartsWith($"f01000 sector 2: {what} is ", error.Message, StringComparison.Ordinal);
        Assert.Contains(" by one, but ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" by two", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_contradicted_does_not_depend_on_the_order_but_on_what_is_said()
    {
        // Any subset of what is true, split over any number of sources, agrees; one wrong word among them never does.
        Gen<(int Sources, int Said, int Wrong)> cases =
            from sources in Gen.Choose(1, 5) from said in Gen.Choose(0, (1 << 20) - 1) from wrong in Gen.Choose(0, 4) select (sources, said, wrong);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            SectorStatement[] statements = [.. Enumerable.Range(0, test.Sources).Select(i => Part(i, test.Said >> (4 * i)))];
            AgreedFacts agreed = Agreement.Of(Sector, statements, 15_000);
            bool right = agreed.TicketEpoch is null or { Value: 12_002 } && (agreed.SealedCid is null || agreed.SealedCid.Value == Full.SealedCid);
            SectorStatement lie = new() { Source = "liar", TicketEpoch = 12_003 };
            bool contradicted = statements.Any(said => said.TicketEpoch is not null);
            return right && contradicted == Disagrees([.. statements.Take(test.Wrong), lie, .. statements.Skip(test.Wrong)]);
        }).QuickCheckThrowOnFailure();

        static SectorStatement Part(int i, int bits) => new()
        {
            Source = Lost.Text(i),
            TicketEpoch = (bits & 1) != 0 ? Full.TicketEpoch : null,
            SealedCid = (bits & 2) != 0 ? Full.SealedCid : null,
            CommD = (bits & 4) != 0 ? Full.CommD : null,
            Data = (bits & 8) != 0 ? Full.Data : null,
        };
    }

    [Fact]
    public void Zero_pieces_may_stand_in_one_list_and_not_in_the_other()
    {
        FakePiece zeros = new(ZeroCommitments.ForPiece(256).ToCid(), 256);
        SectorStatement padded = new() { Source = "two", Data = Pieces([Holding.Pieces[0], zeros, .. Holding.Pieces[1..], zeros]) };
        Assert.Equal(2, Agreement.Of(Sector, [Full, padded], 15_000).Data!.Statements.Length);
    }

    [Fact]
    public void A_set_without_order_contradicts_no_list()
    {
        SectorStatement set = new() { Source = "two", Data = Pieces([.. Holding.Pieces.Reverse()]) with { OrderKnown = false } };
        Assert.Equal(Full.Data!.Pieces, Agreement.Of(Sector, [Full, set], 15_000).Data!.Value.Pieces);
    }

    [Fact]
    public void Epochs_out_of_order_are_refused()
    {
        Assert.True(Disagrees([Full with { PreCommitEpoch = 15_000 }]));
        Assert.True(Disagrees([Full with { TicketEpoch = 13_000 }]));
        Assert.True(Disagrees([Full with { TicketEpoch = 15_000, PreCommitEpoch = null }]));
        Assert.False(Disagrees([Full with { TicketEpoch = 14_999, PreCommitEpoch = null }]));
    }

    [Fact]
    public void Origins_tell_what_one_source_alone_says()
    {
        SectorStatement chain = new() { Source = "the newest state", IsChain = true, SealProof = Proof, SealedCid = Full.SealedCid };
        SectorStatement byHand = new() { Source = "the command line", TicketEpoch = 12_002 };
        SectorStatement headers = new() { Source = "headers", Ticket = Full.Ticket, IsComputed = true };
        SectorStatement draw = new() { Source = "draw", Ticket = Full.Ticket, IsComputed = true };

        Assert.Equal(["TicketEpoch", "Ticket"], Unverified(chain, byHand, headers, draw));
        Assert.Empty(Unverified(chain, byHand with { Ticket = Full.Ticket }, headers));
        Assert.Empty(Unverified(chain, byHand, byHand with { Source = "lotus-miner" }, headers));
        Assert.Empty(Unverified(chain, byHand with { SealedCid = Full.SealedCid }, headers));
        Assert.Equal(["Ticket"], Unverified(chain, new SectorStatement { Source = "the command line", Ticket = Full.Ticket }));
        Assert.Equal(["SealProof", "SealedCID"], Unverified(chain with { IsChain = false, SealedCid = new CommR(Bytes(9)) }));

        IEnumerable<string> Unverified(params SectorStatement[] statements) =>
            Origins.Of(Agreement.Of(Sector, statements, 15_000), Full.SealedCid).Where(origin => origin.IsUnverified).Select(origin => origin.Fact);
    }

    private static bool Disagrees(IReadOnlyList<SectorStatement> statements)
    {
        try
        {
            Agreement.Of(Sector, statements, 15_000);
            return false;
        }
        catch (OperatorException error) when (error.Kind == FailureKind.SourcesDisagree)
        {
            return true;
        }
    }

    private static SectorData Pieces(FakePiece[] pieces) => new() { Pieces = [.. Holding.AsFound(pieces)], OrderKnown = true, Source = "a list" };

    private static Bytes32 Bytes(byte value) => new([.. Enumerable.Repeat(value, 32)]);
}
