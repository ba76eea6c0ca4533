using Filecoin.Chain.Sources;
using Filecoin.Cryptography;
using Filecoin.Curio;
using Filecoin.Primitives;

namespace SealerRecover.Tests.Curio;

/// <summary>What Curio's rows say, without a database.</summary>
public sealed class CurioStatementsTests
{
    private const string Source = "Curio's database";
    private static readonly SectorSize Size = SectorSize.KiB2;
    private static readonly string Zeros = ZeroCommitments.ForSector(Size).ToCid().ToString();
    private static readonly string Data = CommitmentCid.FromUnsealed(Hash(7)).ToString();
    private static readonly string Key = CommitmentCid.FromSealed(Hash(1)).ToString();
    private static readonly string Update = CommitmentCid.FromSealed(Hash(2)).ToString();

    private static SealedRow Row { get; } = new()
    {
        SealProof = 5,
        TicketEpoch = 9_001,
        Ticket = Hash(3).ToArray(),
        SealedCid = Key,
        UnsealedCid = Zeros,
        CurrentSealedCid = Key,
        CurrentUnsealedCid = Zeros,
        PreCommitMessage = "bafy2bzaceatocneyyf2bkfiemqcyy7x74ogjfebtknjpfaaxkvdnfzhudkoka",
    };

    private static SealedRow Snapped => Row with { CurrentSealedCid = Update, CurrentUnsealedCid = Data, HasSectorKey = true };

    [Fact]
    public void A_sector_of_zeros_is_said_to_be_one()
    {
        SectorStatement said = Said(Question(snapped: false), Row);
        Assert.Equal(RegisteredSealProof.StackedDrg2KiBV1_1, said.SealProof!.Proof);
        Assert.Equal((9_001L, Hash(3)), (said.TicketEpoch!.Value, said.Ticket!.Value.Value));
        Assert.Equal((Key, Zeros), (said.SealedCid!.Value.ToCid().ToString(), said.CommD!.Value.ToCid().ToString()));
        Assert.NotNull(said.PreCommitMessage);
        Assert.True(said is { Data: null, UpdateSealedCid: null, UpdateCommD: null, UpdateData: null, IsChain: false });
    }

    [Fact]
    public void What_a_row_does_not_have_is_not_said()
    {
        SectorStatement said = Said(Question(snapped: true), new SealedRow());
        Assert.Equal(new SectorStatement { Source = Source }, said);
        Assert.Equal(ZeroCommitments.ForSector(Size), Said(Question(snapped: false), new SealedRow { IsCommittedCapacity = true }).CommD);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(null)]
    public void An_update_is_described_where_the_chain_has_it(bool? hasSectorKey)
    {
        SectorStatement said = Said(Question(snapped: true), Snapped with { HasSectorKey = hasSectorKey }, sealedPieces: Pieces(256, 512));
        Assert.Equal((Update, Data), (said.UpdateSealedCid!.Value.ToCid().ToString(), said.UpdateCommD!.Value.ToCid().ToString()));
        Assert.Equal([256L, 512L], said.UpdateData!.Pieces.Select(piece => piece.PaddedSize));
        Assert.Equal((Key, Zeros), (said.SealedCid!.Value.ToCid().ToString(), said.CommD!.Value.ToCid().ToString()));
        Assert.Null(said.Data);
    }

    [Fact]
    public void An_update_to_zeros_is_told_from_none_by_the_sector_s_key_or_the_message()
    {
        SourceQuestion question = Question(snapped: true) with { UpdateSealedCid = CommROf(Key) };
        Assert.Null(Said(question, Row).UpdateSealedCid);
        Assert.Equal(CommROf(Key), Said(question, Row with { HasSectorKey = true }).UpdateSealedCid);
        Assert.Equal(CommROf(Key), Said(question, Row with { UpdateMessage = Row.PreCommitMessage }).UpdateSealedCid);
    }

    [Fact]
    public void An_update_that_the_chain_does_not_have_says_nothing_but_that_it_is_under_way()
    {
        SourceAnswer sent = Of(Question(snapped: false), Rows(Snapped, sealedPieces: Pieces(256)));
        Assert.True(sent.Statement is { UpdateSealedCid: null, UpdateData: null, Data: null });
        Assert.Contains("has sent an update of it that the chain does not have", sent.Note, StringComparison.Ordinal);

        SectorRows under = Rows(Row);
        under.Add(new SnappingRow());
        Assert.Contains("is updating it with data", Of(Question(snapped: false), under).Note, StringComparison.Ordinal);
        Assert.Null(Of(Question(snapped: false), Rows(Row)).Note);
        Assert.Null(Of(Question(snapped: true), Rows(Snapped)).Note);
    }

    [Fact]
    public void The_pipeline_tells_an_update_whose_pieces_are_mixed_with_those_of_an_earlier_try()
    {
        // An earlier try had three pieces; only rows of the same number were replaced.
        SectorRows rows = Rows(Snapped, sealedPieces: Pieces(256, 512, 1024, 512));
        rows.Add(new SnappingRow { SealedCid = Update, UnsealedCid = Data });
        rows.SnappingPieces.AddRange(Pieces(256, 512));
        Assert.Equal([256L, 512L], Of(Question(snapped: true), rows).Statement!.UpdateData!.Pieces.Select(piece => piece.PaddedSize));

        // One with another CommR is not the update on chain.
        SectorRows other = Rows(Snapped, sealedPieces: Pieces(256, 512));
        other.Add(new SnappingRow { SealedCid = Key, UnsealedCid = Zeros });
        other.SnappingPieces.AddRange(Pieces(128));
        Assert.Equal([256L, 512L], Of(Question(snapped: true), other).Statement!.UpdateData!.Pieces.Select(piece => piece.PaddedSize));
    }

    [Fact]
    public void A_sector_in_the_pipeline_is_told_as_far_as_it_got()
    {
        SectorRows rows = new();
        rows.Add(new SealingRow { SealProof = 5 });
        SectorStatement begun = Of(Question(snapped: false), rows).Statement!;
        Assert.True(begun is { SealProof: not null, Ticket: null, TicketEpoch: null, SealedCid: null, CommD: null, Data: null });

        SectorRows done = new();
        done.Add(new SealingRow { SealProof = 5, TicketEpoch = 9_001, Ticket = Row.Ticket, SealedCid = Key, UnsealedCid = Data });
        done.SealingPieces.AddRange(Pieces(512, 256));
        SectorStatement said = Of(Question(snapped: false), done).Statement!;
        Assert.Equal((9_001L, Data), (said.TicketEpoch!.Value, said.CommD!.Value.ToCid().ToString()));
        Assert.Equal([512L, 256L], said.Data!.Pieces.Select(piece => piece.PaddedSize));
        Assert.True(said.Data.OrderKnown);
    }

    [Fact]
    public void Nothing_is_said_of_a_sector_that_is_not_there() =>
        Assert.Equal("it does not hold the sector", Of(Question(snapped: false), new SectorRows()).Why);

    public static TheoryData<string, string> BadFields => new()
    {
        { "proof", "sectors_meta.reg_seal_proof" },
        { "ticket", "sectors_meta.ticket_value" },
        { "epoch", "sectors_meta.ticket_epoch" },
        { "far epoch", "sectors_meta.ticket_epoch" },
        { "CommR", "sectors_meta.orig_sealed_cid" },
        { "escape", "sectors_meta.orig_sealed_cid" },
        { "CommD", "sectors_meta.orig_unsealed_cid" },
        { "current CommR", "sectors_meta.cur_sealed_cid" },
        { "no CID", "sectors_meta.msg_cid_precommit" },
        { "update message", "sectors_meta.msg_cid_update" },
        { "no piece", "sectors_meta_pieces" },
        { "piece size", "sectors_meta_pieces" },
        { "zero piece", "sectors_meta_pieces" },
        { "negative piece", "sectors_meta_pieces" },
        { "no piece CID", "sectors_meta_pieces" },
        { "too much", "sectors_meta_pieces" },
        { "many", "sectors_meta_pieces" },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public void Each_field_is_judged_alone(string what, string place)
    {
        SealedRow row = Row with { UnsealedCid = Data, CurrentUnsealedCid = Data };
        List<PieceRow> right = Pieces(256, 512);
        SectorStatement all = Said(Question(snapped: false), row, right);
        SourceAnswer answer = Of(Question(snapped: false), what switch
        {
            "proof" => Rows(row with { SealProof = -1 }, right),
            "ticket" => Rows(row with { Ticket = new byte[33] }, right),
            "epoch" => Rows(row with { TicketEpoch = long.MinValue }, right),
            "far epoch" => Rows(row with { TicketEpoch = long.MaxValue }, right),
            "CommR" => Rows(row with { SealedCid = Data }, right),
            "escape" => Rows(row with { SealedCid = "\u001b[31m" + new string('x', 190) }, right),
            "CommD" => Rows(row with { UnsealedCid = Key }, right),
            "current CommR" => Rows(row with { CurrentSealedCid = "b" }, right),
            "no CID" => Rows(row with { PreCommitMessage = "pending" }, right),
            "update message" => Rows(row with { UpdateMessage = "x" }, right),
            "no piece" => Rows(row, [new PieceRow(Key, 256)]),
            "piece size" => Rows(row, Pieces(256, 300)),
            "zero piece" => Rows(row, Pieces(256, 0)),
            "negative piece" => Rows(row, Pieces(-256)),
            "no piece CID" => Rows(row, [new PieceRow(null, 256)]),
            "too much" => Rows(row, Pieces(1024, 1024, 128)),
            _ => Rows(row, [.. Enumerable.Repeat(new PieceRow(Data, 128), 4097)]),
        });

        string said = Assert.Single(answer.Unusable);
        Assert.StartsWith("Curio's database has ", said, StringComparison.Ordinal);
        Assert.EndsWith($" ({place}); that is not used", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', said);
        Assert.Equal(
            all with
            {
                SealProof = what == "proof" ? null : all.SealProof,
                Ticket = what == "ticket" ? null : all.Ticket,
                TicketEpoch = place.EndsWith("epoch", StringComparison.Ordinal) ? null : all.TicketEpoch,
                SealedCid = place.EndsWith("orig_sealed_cid", StringComparison.Ordinal) ? null : all.SealedCid,
                CommD = what == "CommD" ? null : all.CommD,
                PreCommitMessage = what == "no CID" ? null : all.PreCommitMessage,
                Data = place == "sectors_meta_pieces" ? null : all.Data,
            },
            answer.Statement);
        Assert.Null(answer.Note);
    }

    [Fact]
    public void Two_rows_where_there_can_be_one_are_refused()
    {
        SectorRows rows = Rows(Row);
        rows.Add(Row);
        OperatorException refused = Assert.Throws<OperatorException>(() => Of(Question(snapped: false), rows));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.StartsWith("f01000 sector 9: Curio's database has more than one row", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("")]
    public void The_form_of_curio_191_is_read_as_Curio_reads_it(string undefined)
    {
        SealedRow row = Snapped with { CurrentSealedCid = undefined, CurrentUnsealedCid = Update };
        SourceAnswer answer = Of(Question(snapped: true), Rows(row, Pieces(256, 512)));
        Assert.Equal(Update, answer.Statement!.UpdateSealedCid!.Value.ToCid().ToString());
        Assert.Null(answer.Statement.UpdateCommD);
        Assert.Equal([256L, 512L], answer.Statement.UpdateData!.Pieces.Select(piece => piece.PaddedSize));
        Assert.Empty(answer.Unusable);
    }

    [Theory]
    [InlineData("repaired")]
    [InlineData("flag alone")]
    [InlineData("another update")]
    public void Rows_that_Curio_did_not_bring_up_to_date_say_nothing_of_the_update_s_data(string what)
    {
        SealedRow row = what switch
        {
            "repaired" => Row with { CurrentSealedCid = Update, HasSectorKey = true },
            "flag alone" => Row with { HasSectorKey = true },
            _ => Snapped with { CurrentSealedCid = CommitmentCid.FromSealed(Hash(8)).ToString() },
        };
        SourceAnswer answer = Of(Question(snapped: true), Rows(row, Pieces(256)));
        Assert.True(answer.Statement is { UpdateCommD: null, UpdateData: null, Data: null });
        Assert.Equal(what == "repaired" ? CommROf(Update) : null, answer.Statement!.UpdateSealedCid);
        Assert.Equal((9_001L, Zeros), (answer.Statement.TicketEpoch, answer.Statement.CommD?.ToCid().ToString()));
        Assert.Contains(
            what == "another update" ? "has another update than the one on chain" : "has CommD and pieces of the time before its update", Assert.Single(answer.Unusable), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public void What_an_earlier_try_of_sealing_left_does_not_count(bool isLabeled, bool hasTreeD, bool hasTreeR)
    {
        SectorRows rows = new();
        rows.Add(new SealingRow
        {
            SealProof = 5,
            TicketEpoch = 9_001,
            Ticket = Row.Ticket,
            SealedCid = Key,
            UnsealedCid = Data,
            IsLabeled = isLabeled,
            HasTreeD = hasTreeD,
            HasTreeR = hasTreeR,
        });
        rows.SealingPieces.AddRange(Pieces(512, 256));
        SectorStatement said = Of(Question(snapped: false), rows).Statement!;
        Assert.Equal((isLabeled, isLabeled), (said.Ticket is not null, said.TicketEpoch is not null));
        Assert.Equal((hasTreeD, hasTreeR), (said.CommD is not null, said.SealedCid is not null));
        Assert.Equal([512L, 256L], said.Data!.Pieces.Select(piece => piece.PaddedSize));
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(true, "bafy2bzaceatocneyyf2bkfiemqcyy7x74ogjfebtknjpfaaxkvdnfzhudkoka")]
    [InlineData(false, null)]
    public void A_snap_that_failed_is_not_under_way(bool hasFailed, string? message)
    {
        SectorRows rows = Rows(Row);
        rows.Add(new SnappingRow { HasFailed = hasFailed, Message = message });
        Assert.Equal(hasFailed, Of(Question(snapped: false), rows).Note is null);
    }

    [Fact]
    public void Any_rows_are_read_as_far_as_they_can_be()
    {
        int times = VectorFiles.LongTests ? 1_000_000 : 20_000;
        int seed = Environment.TickCount;
        Random random = new(seed);
        int refusals = 0;
        for (int i = 0; i < times; i++)
        {
            SectorRows rows = new();
            if (random.Next(4) > 0)
            {
                rows.Add(new SealedRow
                {
                    SealProof = Number(),
                    TicketEpoch = Number(),
                    Ticket = Bytes(),
                    SealedCid = Text(),
                    UnsealedCid = Text(),
                    CurrentSealedCid = Text(),
                    CurrentUnsealedCid = Text(),
                    PreCommitMessage = Text(),
                    CommitMessage = Text(),
                    UpdateMessage = Text(),
                    IsCommittedCapacity = Switch(),
                    HasSectorKey = Switch(),
                });
            }

            if (random.Next(4) == 0)
            {
                rows.Add(new SealingRow
                {
                    SealProof = Number(),
                    TicketEpoch = Number(),
                    Ticket = Bytes(),
                    SealedCid = Text(),
                    UnsealedCid = Text(),
                    PreCommitMessage = Text(),
                });
            }

            if (random.Next(4) == 0)
            {
                rows.Add(new SnappingRow { SealedCid = Text(), UnsealedCid = Text(), Message = Text() });
            }

            foreach (List<PieceRow> pieces in new[] { rows.SealedPieces, rows.SealingPieces, rows.SnappingPieces })
            {
                pieces.AddRange(Enumerable.Range(0, random.Next(3)).Select(_ => new PieceRow(Text(), Number())));
            }

            try
            {
                refusals += Of(Question(snapped: random.Next(2) == 0), rows).Unusable.Count > 0 ? 1 : 0;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, input {i}: {error}");
            }
        }

        Assert.InRange(refusals, times / 10, times - (times / 100));

        long? Number() => random.Next(8) switch { 0 => null, 1 => long.MinValue, 2 => long.MaxValue, 3 => -1, 4 => 0, 5 => 256, _ => 5 };

        string? Text() => random.Next(9) switch
        {
            0 => null,
            1 => "",
            2 => "b",
            3 => Key[..random.Next(Key.Length)],
            4 => "\ud800",
            5 => new string('b', 201),
            6 => Update,
            7 => Data,
            _ => Zeros,
        };

        byte[]? Bytes() => random.Next(4) switch { 0 => null, 1 => [], 2 => new byte[33], _ => new byte[32] };

        bool? Switch() => random.Next(3) switch { 0 => null, 1 => true, _ => false };
    }

    private static SourceQuestion Question(bool snapped) => new(new SectorId(new ActorId(1000), 9), Size)
    {
        Activation = 10_000,
        IsSnapped = snapped,
        SealedCid = CommROf(Key),
        UpdateSealedCid = snapped ? CommROf(Update) : null,
    };

    private static SectorStatement Said(SourceQuestion question, SealedRow row, List<PieceRow>? sealedPieces = null) =>
        Of(question, Rows(row, sealedPieces)).Statement!;

    private static SourceAnswer Of(SourceQuestion question, SectorRows rows) => CurioStatements.Of(question, rows, Source);

    private static SectorRows Rows(SealedRow row, List<PieceRow>? sealedPieces = null)
    {
        SectorRows rows = new();
        rows.Add(row);
        rows.SealedPieces.AddRange(sealedPieces ?? []);
        return rows;
    }

    private static List<PieceRow> Pieces(params long[] sizes) => [.. sizes.Select(size => new PieceRow(Data, size))];

    private static CommR CommROf(string cid) => CommitmentCid.TryGetCommR(Cid.Parse(cid), out CommR commR) ? commR : throw new ArgumentException("no CommR", nameof(cid));

    private static Bytes32 Hash(byte i) => Blake2b.Hash256([i]).ClearTopTwoBits();
}
