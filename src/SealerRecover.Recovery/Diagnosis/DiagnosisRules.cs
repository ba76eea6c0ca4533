using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Replica;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>
/// The rules by which facts become verdicts. What contradicts the chain is certain: with other inputs no sealing gives its CommR. What agrees
/// with the chain is excluded. A replica whose CommR is right excludes everything it was made of. The rest is possible.
/// </summary>
internal sealed class DiagnosisRules
{
    private readonly DiagnosisFacts _facts;
    private readonly UsedInputs _used;
    private readonly ChainStatement? _chain;
    private readonly CrossChecked? _compared;
    private readonly CommR _rightKey;
    private readonly bool _keyIsRight;

    /// <summary>Prepares the rules for one sector.</summary>
    public DiagnosisRules(DiagnosisFacts facts)
    {
        _facts = facts;
        _used = facts.Used;
        _chain = facts.Chain;
        _compared = _chain is null ? null : CrossCheck.Of(_used, _chain);
        _rightKey = _chain?.Key ?? _used.SealedCid;

        // An update is only made of a key that was found to be right.
        _keyIsRight = facts.Sealed?.CommR == _rightKey
            || (facts is { Sealed.CommR: null, Update.CommR: not null } && _used.SealedCid == _rightKey);
    }

    /// <summary>What does not match; null if nothing does.</summary>
    public string? Mismatch
    {
        get
        {
            string expected = _chain is null ? $"the SealedCID of {_used.Source}" : "the CommR on chain";
            return _facts.Sealed?.CommR is { } commR && !_keyIsRight
                ? $"the sealed file has CommR {commR} by {_facts.Sealed.PAuxPath}, but {expected} is {_rightKey}"
                : _facts.Update?.CommR is { } updated && updated != RightUpdate ? $"the update has CommR {updated} by {_facts.Update.PAuxPath}, but its SealedCID is {RightUpdate}"
                : _compared?.Contradictions is [{ } first, ..] ? first.Sentence
                : Kept.Select(Damage).FirstOrDefault(damage => damage is not null);
        }
    }

    /// <summary>What else to know.</summary>
    public IEnumerable<string> Remarks
    {
        get
        {
            if (_facts.ChainSilence is { } silence)
            {
                yield return $"nothing was compared with the chain: {silence}";
            }

            if (_facts.SaidOtherwise is { } otherwise)
            {
                yield return otherwise;
            }

            foreach (string remark in _compared?.Remarks ?? [])
            {
                yield return remark;
            }

            foreach (KeptReplica kept in Kept)
            {
                if (kept.PAuxTrouble is { } trouble)
                {
                    yield return $"{kept.PAuxPath} {trouble}, so it is not known which CommR came out";
                }
            }
        }
    }

    private string KeyIsRight => _facts.Sealed is { CommR: not null } kept
        ? $"the sealed file has the right CommR {_rightKey} ({kept.PAuxPath})"
        : $"its update was begun, which is only done with a key of the right CommR {_rightKey}";

    private CommR? RightUpdate => _chain is { SectorKeyCid: not null, SealedCid: var onChain } ? onChain : _used.UpdateSealedCid;

    private IEnumerable<KeptReplica> Kept => new[] { _facts.Sealed, _facts.Update }.OfType<KeptReplica>();

    /// <summary>Whether everything that was made is right: then no cause but a contradiction with the chain is left.</summary>
    private bool AllIsRight => _keyIsRight && (_facts.Update is null || (_facts.Update.CommR is { } made && made == RightUpdate));

    /// <summary>The verdict on one cause.</summary>
    public CauseFinding Judge(CandidateCause cause) => cause switch
    {
        CandidateCause.OtherNullRoundRule or CandidateCause.OtherAddressForm or CandidateCause.OtherTicket => Ticket(cause),
        CandidateCause.OtherSealProof => Compared(cause, chain => $"the seal proof {_used.SealProof} of {_used.Source} is that on chain"),
        CandidateCause.OtherData => Data(),
        CandidateCause.SealedCidOfUpdate => OfUpdate(),
        CandidateCause.OtherSector => Sector(),
        CandidateCause.OtherUpdate => Update(),
        CandidateCause.ReplicaOrTrees => ReplicaOrTrees(),
        CandidateCause.ParentCache => Parents(),
        CandidateCause.Machine => Machine(),
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "a cause without a rule"),
    };

    private static CauseFinding Excluded(CandidateCause cause, params string[] evidence) => new(cause, Verdict.Excluded, evidence);

    private Contradiction? ContradictionOf(CandidateCause cause) => _compared?.Contradictions.FirstOrDefault(found => found.Cause == cause);

    private CauseFinding? CertainOrSealedRight(CandidateCause cause) =>
        ContradictionOf(cause) is { } contradiction ? new CauseFinding(cause, Verdict.Certain, [contradiction.Sentence], Correct())
        : _keyIsRight ? Excluded(cause, $"{KeyIsRight}, so it was sealed with the right inputs")
        : null;

    /// <summary>A cause that the chain decides where it tells of the sector at all.</summary>
    private CauseFinding Compared(CandidateCause cause, Func<ChainStatement, string> agreement) => CertainOrSealedRight(cause)
        ?? (_chain is not null ? Excluded(cause, agreement(_chain)) : Unknown(cause, "the chain was not asked or did not tell"));

    private CauseFinding Unknown(CandidateCause cause, string why) => new(
        cause,
        Verdict.Possible,
        [$"{why}; {Value(cause)}"],
        cause == CandidateCause.OtherData && _used.CommD != ZeroCommitments.ForSector(_used.SealProof.SectorSize) && _chain is not null
            ? new Settlement(Rerun.ListPieces, "It lists the pieces in order and says whether they give the CommD that the chain tells.", RerunCost.Seconds)
            : new Settlement(
                Rerun.AskNode,
                _chain is null ? "A node that answers tells whether this is what the chain has." : "A node that has kept the state of that time tells.",
                RerunCost.Seconds));

    private string Value(CandidateCause cause) => cause switch
    {
        CandidateCause.OtherSealProof => $"used was {_used.SealProof} ({_used.Source})",
        CandidateCause.OtherData => $"used was CommD {_used.CommD?.ToString() ?? "of its pieces"}{(UsedZeros ? " (zeros)" : "")} ({_used.Source})",
        CandidateCause.SealedCidOfUpdate => $"compared was with the SealedCID {_used.SealedCid} ({_used.Source})",
        CandidateCause.OtherSector => $"used were miner {_used.Sector.Miner} and number {_used.Sector.Number}, and the SealedCID {_used.SealedCid} ({_used.Source})",
        CandidateCause.OtherUpdate => $"compared was with the SealedCID {_used.UpdateSealedCid} ({_used.Source})",
        _ => $"used was the ticket {_used.Ticket} ({_used.Source})",
    };

    private bool UsedZeros => _used.CommD == ZeroCommitments.ForSector(_used.SealProof.SectorSize);

    private static Settlement Correct() => new(
        Rerun.ExportAndRecover, "It seals with what the chain says.", RerunCost.Sealing);

    private CauseFinding Ticket(CandidateCause cause)
    {
        if (cause == CandidateCause.OtherNullRoundRule && _chain?.Tickets?.MistakeOf(_used.Ticket) is { OtherRound: { } round, OtherAddress: not null })
        {
            // Two mistakes at once; the contradiction names both.
            return new CauseFinding(
                cause, Verdict.Certain, [$"the ticket {_used.Ticket} of {_used.Source} is drawn from the tipset of epoch {round}, on the wrong side of a null round"], Correct());
        }

        if (CertainOrSealedRight(cause) is { } decided)
        {
            return decided;
        }

        if (_chain?.Tickets is not { } forms)
        {
            return Unknown(cause, _chain is null ? "the chain was not asked or did not tell" : "the node no longer tells the sector's ticket");
        }

        bool right = forms.Right == _used.Ticket;
        string agreement = $"the ticket {_used.Ticket} of {_used.Source} is the one that the block headers give for epoch {forms.Epoch} and {_used.Sector.Miner}";
        string recognised = forms.MistakeOf(_used.Ticket) is not null || _chain.EpochOfClaim is not null
            ? $"the ticket {_used.Ticket} of {_used.Source} is made by another mistake"
            : $"the ticket {_used.Ticket} of {_used.Source} is not the one that this mistake gives for epoch {forms.Epoch}";
        return cause switch
        {
            CandidateCause.OtherNullRoundRule when right => Excluded(cause, agreement),
            CandidateCause.OtherNullRoundRule when !forms.IsNullRound && _chain.TicketEpoch is not null =>
                Excluded(cause, $"epoch {forms.Epoch} is no null round, so both rules give the same ticket"),
            CandidateCause.OtherAddressForm when right => Excluded(cause, agreement),
            CandidateCause.OtherTicket when right && _chain.TicketEpoch is not null => Excluded(cause, agreement),
            CandidateCause.OtherTicket when right => Unknown(cause, $"{agreement}, but only {_used.Source} says that it is of this epoch"),
            _ when _chain.TicketEpoch is null && forms.MistakeOf(_used.Ticket) is null && _chain.EpochOfClaim is null =>
                Unknown(cause, $"the ticket is not that of epoch {forms.Epoch} ({forms.Right}), which only {_used.Source} names"),
            CandidateCause.OtherAddressForm when !forms.OtherAddressesTried && forms.MistakeOf(_used.Ticket) is null && _chain.EpochOfClaim is null =>
                Unknown(cause, "the node does not tell the miner's other addresses"),
            _ => Excluded(cause, recognised),
        };
    }

    private CauseFinding Data() => CertainOrSealedRight(CandidateCause.OtherData) ?? _chain switch
    {
        null => Unknown(CandidateCause.OtherData, "the chain was not asked or did not tell"),
        { CommD: { } onChain } when _used.CommD == onChain =>
            Excluded(CandidateCause.OtherData, $"CommD {onChain}{(UsedZeros ? " (zeros)" : "")} of {_used.Source} is that on chain"),
        { HoldsData: true } => Unknown(CandidateCause.OtherData, "on chain it was sealed over data, but the chain does not say the CommD"),
        _ => Unknown(CandidateCause.OtherData, "the node no longer tells what it was sealed over"),
    };

    private CauseFinding OfUpdate() => ContradictionOf(CandidateCause.SealedCidOfUpdate) is { } contradiction
        ? new CauseFinding(
            CandidateCause.SealedCidOfUpdate,
            Verdict.Certain,
            _keyIsRight ? [contradiction.Sentence, $"the sealed file has that SectorKeyCID, so it is right as it is ({_facts.Sealed!.File})"] : [contradiction.Sentence],
            _keyIsRight
                ? new Settlement(
                    Rerun.ExportAndRecover,
                    $"It makes the update. The kept sealed file and cache folder are its key: under sealed/{_used.Sector.FileName} and cache/{_used.Sector.FileName} of the result folder they are used and not made again.",
                    RerunCost.ReadingReplica)
                : Correct())
        : Compared(CandidateCause.SealedCidOfUpdate, chain => chain.SectorKeyCid is null
            ? $"on chain it was not snapped, and its SealedCID is {chain.SealedCid}"
            : $"on chain its key has the SectorKeyCID {chain.Key}, and {(_used.SealedCid == chain.Key ? "that was compared with" : "compared was with neither that nor the update's")}");

    private CauseFinding Sector() => _facts.NotOnChain && _chain is null
        ? new CauseFinding(
            CandidateCause.OtherSector,
            Verdict.Possible,
            [$"the chain knows no such sector: {_facts.ChainSilence}", Value(CandidateCause.OtherSector)],
            new Settlement(Rerun.AskNode, "Ask about the right number, or a node on the right network.", RerunCost.Seconds))
        : ContradictionOf(CandidateCause.OtherSector) is { } contradiction
            ? new CauseFinding(CandidateCause.OtherSector, Verdict.Certain, [contradiction.Sentence], Correct())
            : Compared(CandidateCause.OtherSector, chain =>
                $"on chain sector {_used.Sector.Number} of {_used.Sector.Miner} has {(_used.SealedCid == chain.Key ? "the CommR that was compared with" : "that update")}");

    private CauseFinding Update()
    {
        const CandidateCause cause = CandidateCause.OtherUpdate;
        if (ContradictionOf(cause) is { } contradiction)
        {
            return new CauseFinding(cause, Verdict.Certain, [contradiction.Sentence], Correct() with { Cost = _keyIsRight ? RerunCost.ReadingReplica : RerunCost.Sealing });
        }

        return _facts.Update switch
        {
            null => Excluded(cause, _used.UpdateSealedCid is null ? $"{_used.Source} names no update, and none was made" : "no update was made yet"),
            { CommR: { } made } when made == RightUpdate => Excluded(cause, $"the update has the right CommR {made}"),
            _ => new CauseFinding(
                cause,
                Verdict.Possible,
                [_keyIsRight ? $"the key is right and the update not; the chain does not say the CommD of an update; {Value(cause)}" : Value(cause)],
                new Settlement(Rerun.ListPieces, "It lists the update's pieces, where they were found, and whether they give the CommD that is told.", RerunCost.Seconds)),
        };
    }

    private CauseFinding ReplicaOrTrees()
    {
        const CandidateCause cause = CandidateCause.ReplicaOrTrees;
        KeptReplica[] kept = [.. Kept];
        foreach (KeptReplica replica in kept)
        {
            if (Damage(replica) is { } damage)
            {
                return new CauseFinding(cause, Verdict.Certain, [damage, .. Blame(replica)], Mend(replica));
            }
        }

        if (kept.Length > 0 && kept.All(replica => replica is { Reading: not null, PAux: not null }))
        {
            return Excluded(cause, [.. kept.Select(replica =>
                $"the tree built anew of {replica.File} with the kernel {replica.Reading!.Kernel} has the comm_r_last {replica.Reading.CommRLast} of {replica.PAuxPath}")]);
        }

        KeptReplica? unread = Array.Find(kept, replica => replica.ReadingTrouble is not null || replica.PAux is null);
        return new CauseFinding(
            cause,
            Verdict.Possible,
            [unread is null ? "no sealed file is kept" : $"{unread.File} was not compared with comm_r_last: {unread.ReadingTrouble ?? $"{unread.PAuxPath} {unread.PAuxTrouble}"}"],
            unread is null ? SealAgain() : new Settlement(Rerun.ReadKept, "It builds the tree of the kept replica again.", RerunCost.ReadingReplica));
    }

    /// <summary>Why a replica, its trees and its p_aux do not belong to each other; null if they do or that is not known.</summary>
    private static string? Damage(KeptReplica kept) => kept is not { Reading: { } reading } ? null
        : kept.PAux is { } pAux && reading.CommRLast != pAux.CommRLast
            ? $"the tree built anew of {kept.File} with the kernel {reading.Kernel} has the root {reading.CommRLast}, but {kept.PAuxPath} says comm_r_last {pAux.CommRLast}"
        : reading.TreesAgree == false ? $"the tree_r_last files beside {kept.PAuxPath} are not those of {kept.File}"
        : null;

    private IEnumerable<string> Blame(KeptReplica kept)
    {
        ReplicaReading reading = kept.Reading!;
        if (reading.AsRecorded == false)
        {
            yield return $"{kept.File} is no longer what was written, by its digest in the journal: it was altered on disk since";
        }
        else if (reading.TreesAgree == true)
        {
            yield return $"the tree_r_last files are those of the replica, so {kept.PAuxPath} is to blame";
        }
        else if (reading.AsRecorded == true)
        {
            yield return $"{kept.File} is what was written, by its digest in the journal, so trees or p_aux are to blame";
        }

        if (reading.Unusable > 0)
        {
            yield return $"{reading.Unusable} bytes of {kept.File} cannot be read or are no field elements";
        }

        if (WouldBeRight(kept))
        {
            yield return "with that root, CommR is the right one: the replica is good, and only what stands beside it is wrong";
        }
        else if (kept.CommR is { } commR && commR == RightOf(kept))
        {
            yield return $"{kept.PAuxPath} has the right CommR {commR}, so the replica is damaged";
        }
    }

    private CommR? RightOf(KeptReplica kept) => ReferenceEquals(kept, _facts.Update) ? RightUpdate : _rightKey;

    private bool WouldBeRight(KeptReplica kept) =>
        kept is { PAux: { } pAux, Reading: { } reading } && CommRs.From(pAux.CommC, reading.CommRLast, reading.Kernel) == RightOf(kept);

    private Settlement Mend(KeptReplica kept) => WouldBeRight(kept)
        ? new Settlement(Rerun.Repair, "It makes the trees and p_aux of the replica again, and compares CommR with the chain.", RerunCost.ReadingReplica)
        : new Settlement(Rerun.OtherKernels, "Check disk and memory (dmesg, smartctl), then seal again.", RerunCost.Sealing);

    private CauseFinding Parents()
    {
        const CandidateCause cause = CandidateCause.ParentCache;
        return _keyIsRight ? Excluded(cause, $"{KeyIsRight}, so its labels are right")
            : _facts.ParentCache switch
            {
                ParentCacheState.Good => Excluded(cause, $"{_facts.ParentCachePath} has the digest of this graph; every run checks that before it labels"),
                ParentCacheState.Missing => Verify($"{_facts.ParentCachePath} is not there any more"),
                null => Verify($"{_facts.ParentCachePath} was not checked"),
                _ => Verify($"{_facts.ParentCachePath} is damaged now; a run that had found it so would have built it anew"),
            };

        CauseFinding Verify(string evidence) => new(
            cause, Verdict.Possible, [evidence], new Settlement(Rerun.VerifyParents, "It compares the file with the digest of its graph.", RerunCost.ReadingParentCache));
    }

    private CauseFinding Machine()
    {
        const CandidateCause cause = CandidateCause.Machine;
        return AllIsRight && Kept.All(kept => Damage(kept) is null)
            ? Excluded(cause, "everything that was made has the right CommR")
            : new CauseFinding(
                cause,
                Verdict.Possible,
                [
                    _compared?.Contradictions.Count > 0
                        ? "nothing kept tells whether every bit was right; but first put right what is certain"
                        : "comm_c comes from all layers, which are not kept, so nothing kept tells whether every label and column was right",
                ],
                SealAgain());
    }

    private static Settlement SealAgain() => new(
        Rerun.OtherKernels,
        "The same CommR again, or the same on another machine, excludes this one; another CommR proves it.",
        RerunCost.Sealing);
}
