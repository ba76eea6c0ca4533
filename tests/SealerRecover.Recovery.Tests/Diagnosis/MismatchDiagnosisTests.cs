using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Replica;
using SealerRecover.Recovery.Diagnosis;

namespace SealerRecover.Recovery.Tests.Diagnosis;

/// <summary>The rules alone: what is concluded from how much knowledge.</summary>
public sealed class MismatchDiagnosisTests
{
    private static readonly SectorId Sector = new(new ActorId(1000), 2);
    private static readonly Address Robust = Address.TryFromBytes([2, .. new byte[20]], out Address? address) ? address : throw new InvalidOperationException();
    private static readonly CommR Key = new(Field(1));
    private static readonly CommR Updated = new(Field(2));
    private static readonly CommD Data = new(Field(3));
    private static readonly CommD Zeros = ZeroCommitments.ForSector(SectorSize.KiB2);
    private static readonly Ticket Right = new(Field(4));
    private static readonly Ticket OfOtherRound = new(Field(5));
    private static readonly Ticket OfOtherAddress = new(Field(6));
    private static readonly Ticket OfOtherEpoch = new(Field(7));
    private static readonly PAuxFile PAux = new(Field(8), Field(9));

    private static readonly UsedInputs Good = new()
    {
        Sector = Sector,
        SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1_1),
        Ticket = Right,
        TicketEpoch = 9_000,
        CommD = Zeros,
        SealedCid = Key,
        Source = "the journal",
    };

    private static readonly ChainStatement Chain = new()
    {
        Sector = Sector,
        SealProof = Good.SealProof,
        SealedCid = Key,
        SectorKeyCid = null,
        TicketEpoch = 9_000,
        HoldsData = false,
        CommD = Zeros,
        Tickets = new TicketForms(9_000, IsNullRound: true, Right, [new MistakenTicket(OfOtherRound, 9_001, null), new MistakenTicket(OfOtherAddress, null, Robust)]),
    };

    private static readonly KeptReplica Kept = new(
        "/k/sealed", "/k/cache/p_aux", PAux, CommRs.From(PAux.CommC, PAux.CommRLast), null, new ReplicaReading(PAux.CommRLast, "scalar", true, null, 0), null);

    /// <summary>The mistake with the true cause, and how much is known of the chain.</summary>
    public static MatrixTheoryData<CandidateCause, Knowledge> All => new(CandidateCauses.All, Enum.GetValues<Knowledge>());

    /// <summary>How much the chain says.</summary>
    public enum Knowledge
    {
        /// <summary>Nothing.</summary>
        None,

        /// <summary>What the newest state has, and no header.</summary>
        Head,

        /// <summary>That and the ticket of the epoch that the file names.</summary>
        Headers,

        /// <summary>All.</summary>
        Full,
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_true_cause_is_never_excluded_and_with_a_full_chain_an_input_is_certain(CandidateCause cause, Knowledge knowledge)
    {
        DiagnosisFacts facts = Real(cause, knowledge);

        MismatchDiagnosis diagnosis = MismatchDiagnosis.Of(facts);

        Assert.Equal(CandidateCauses.All.Order(), diagnosis.Findings.Select(finding => finding.Cause).Order());
        Assert.NotNull(diagnosis.Mismatch);
        CauseFinding found = Of(diagnosis, cause);
        bool isInput = cause is not (CandidateCause.ParentCache or CandidateCause.Machine or CandidateCause.OtherUpdate or CandidateCause.ReplicaOrTrees);
        Assert.Equal(
            cause == CandidateCause.ReplicaOrTrees || (isInput && knowledge == Knowledge.Full) ? Verdict.Certain
                : found.Verdict == Verdict.Excluded ? Verdict.Possible : found.Verdict,
            found.Verdict);
        Assert.All(
            diagnosis.Findings.Where(finding => finding.Verdict == Verdict.Certain),
            finding => Assert.True(finding.Cause == cause, $"{finding.Cause} is said to be certain: {string.Join(' ', finding.Evidence)}"));
        Assert.All(diagnosis.Findings, finding => Assert.NotEmpty(finding.Evidence));
        Assert.All(diagnosis.Findings, finding => Assert.Equal(finding.Verdict == Verdict.Excluded, finding.Settlement is null));
    }

    [Fact]
    public void A_full_chain_that_agrees_leaves_parents_and_machine_and_a_good_parent_cache_only_the_machine()
    {
        DiagnosisFacts facts = Real(CandidateCause.Machine, Knowledge.Full);
        Assert.Equal([CandidateCause.ParentCache, CandidateCause.Machine], Open(MismatchDiagnosis.Of(facts)));
        MismatchDiagnosis good = MismatchDiagnosis.Of(facts with { ParentCache = ParentCacheState.Good });
        Assert.Equal([CandidateCause.Machine], Open(good));
        Assert.False(good.IsSettled);
    }

    [Fact]
    public void A_right_CommR_excludes_everything_that_went_into_it_without_a_chain()
    {
        MismatchDiagnosis diagnosis = MismatchDiagnosis.Of(new DiagnosisFacts { Used = Good with { SealedCid = Kept.CommR!.Value }, Sealed = Kept });
        Assert.Null(diagnosis.Mismatch);
        Assert.True(diagnosis.IsSettled);
        Assert.Empty(Open(diagnosis));
    }

    [Fact]
    public void A_SealedCID_of_the_update_over_a_right_key_is_mended_without_sealing()
    {
        CommR key = Kept.CommR!.Value;
        MismatchDiagnosis diagnosis = MismatchDiagnosis.Of(new DiagnosisFacts
        {
            Used = Good with { SealedCid = Updated },
            Sealed = Kept,
            Chain = Chain with { SealedCid = Updated, SectorKeyCid = key },
        });
        CauseFinding found = Of(diagnosis, CandidateCause.SealedCidOfUpdate);
        Assert.Equal((Verdict.Certain, RerunCost.ReadingReplica), (found.Verdict, found.Settlement!.Cost));
        Assert.Equal(Verdict.Excluded, Of(diagnosis, CandidateCause.OtherTicket).Verdict);
    }

    [Fact]
    public void A_good_replica_beside_wrong_trees_is_repaired_and_not_sealed_again()
    {
        Bytes32 right = Field(10);
        KeptReplica kept = Kept with { Reading = new ReplicaReading(right, "scalar", false, true, 0) };
        MismatchDiagnosis diagnosis = MismatchDiagnosis.Of(new DiagnosisFacts { Used = Good with { SealedCid = CommRs.From(PAux.CommC, right) }, Sealed = kept });
        CauseFinding found = Of(diagnosis, CandidateCause.ReplicaOrTrees);
        Assert.Equal((Verdict.Certain, Rerun.Repair), (found.Verdict, found.Settlement!.Rerun));
        Assert.Contains(found.Evidence, text => text.Contains("the replica is good", StringComparison.Ordinal));
    }

    [Fact]
    public void A_ticket_with_two_mistakes_has_two_certain_causes()
    {
        Ticket both = new(Field(11));
        TicketForms forms = Chain.Tickets! with { Mistaken = [.. Chain.Tickets.Mistaken, new MistakenTicket(both, 9_001, Robust)] };
        MismatchDiagnosis diagnosis = MismatchDiagnosis.Of(new DiagnosisFacts { Used = Good with { Ticket = both }, Sealed = Kept, Chain = Chain with { Tickets = forms } });
        Assert.Equal(
            [CandidateCause.OtherNullRoundRule, CandidateCause.OtherAddressForm],
            diagnosis.Findings.Where(finding => finding.Verdict == Verdict.Certain).Select(finding => finding.Cause));
    }

    [Fact]
    public void What_does_no_harm_is_remarked_and_does_not_stop_a_sector()
    {
        CrossChecked epoch = CrossCheck.Of(Good with { TicketEpoch = 8_000 }, Chain);
        CrossChecked snapped = CrossCheck.Of(Good, Chain with { SealedCid = Updated, SectorKeyCid = Key });
        CrossChecked doubtful = CrossCheck.Of(Good with { Ticket = OfOtherEpoch }, Chain with { TicketEpoch = null });
        Assert.All([epoch, snapped, doubtful], check => Assert.Null(check.Refusal(Sector)));
        Assert.Contains("the epoch does no harm", Assert.Single(epoch.Remarks), StringComparison.Ordinal);
        Assert.Contains("only its key is made", Assert.Single(snapped.Remarks), StringComparison.Ordinal);
        Assert.Contains("no longer tells which of the two is wrong", Assert.Single(doubtful.Remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "on chain it was not")]
    [InlineData(true, "but on chain it is")]
    public void An_update_that_the_chain_has_not_or_has_otherwise_is_refused(bool snapped, string words)
    {
        ChainStatement chain = snapped ? Chain with { SealedCid = new CommR(Field(12)), SectorKeyCid = Key } : Chain;
        OperatorException? refusal = CrossCheck.Of(Good with { UpdateSealedCid = Updated }, chain).Refusal(Sector);
        Assert.Equal(FailureKind.SourcesDisagree, refusal?.Kind);
        Assert.Contains(words, refusal!.Message, StringComparison.Ordinal);
        Assert.Contains(Updated.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    private static CauseFinding Of(MismatchDiagnosis diagnosis, CandidateCause cause) => diagnosis.Findings.Single(finding => finding.Cause == cause);

    private static IEnumerable<CandidateCause> Open(MismatchDiagnosis diagnosis) =>
        diagnosis.Findings.Where(finding => finding.Verdict != Verdict.Excluded).Select(finding => finding.Cause);

    /// <summary>Facts in which <paramref name="cause"/> is what happened.</summary>
    private static DiagnosisFacts Real(CandidateCause cause, Knowledge knowledge)
    {
        ChainStatement chain = cause switch
        {
            CandidateCause.SealedCidOfUpdate => Chain with { SealedCid = Updated, SectorKeyCid = Key },
            CandidateCause.OtherUpdate => Chain with { SealedCid = Updated, SectorKeyCid = Kept.CommR },
            CandidateCause.OtherData => Chain with { HoldsData = true, CommD = Data },
            _ => Chain,
        };
        chain = knowledge switch
        {
            Knowledge.Full => chain,
            Knowledge.Headers => chain with { TicketEpoch = null, HoldsData = null, CommD = null, Silence = "pruned" },
            _ => chain with { TicketEpoch = null, HoldsData = null, CommD = null, Tickets = null, Silence = "pruned" },
        };
        UsedInputs used = cause switch
        {
            CandidateCause.OtherNullRoundRule => Good with { Ticket = OfOtherRound },
            CandidateCause.OtherAddressForm => Good with { Ticket = OfOtherAddress },
            CandidateCause.OtherTicket => Good with { Ticket = OfOtherEpoch },
            CandidateCause.OtherSealProof => Good with { SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg2KiBV1) },
            CandidateCause.SealedCidOfUpdate => Good with { SealedCid = Updated },
            CandidateCause.OtherSector => Good with { SealedCid = new CommR(Field(13)) },
            CandidateCause.OtherUpdate => Good with { SealedCid = Kept.CommR!.Value, UpdateSealedCid = Updated },
            _ => Good,
        };
        return new DiagnosisFacts
        {
            Used = used,
            Sealed = cause == CandidateCause.ReplicaOrTrees ? Kept with { Reading = Kept.Reading! with { CommRLast = Field(14), TreesAgree = false } } : Kept,
            Update = cause == CandidateCause.OtherUpdate
                ? Kept with { PAux = new PAuxFile(Field(8), Field(15)), CommR = new CommR(Field(16)), Reading = Kept.Reading! with { CommRLast = Field(15) } }
                : null,
            Chain = knowledge == Knowledge.None ? null : chain,
            ChainSilence = knowledge == Knowledge.None ? "nobody was asked" : null,
            ParentCachePath = "/parents",
        };
    }

    private static Bytes32 Field(byte seed) => Blake2b.Hash256([seed]).ClearTopTwoBits();
}
