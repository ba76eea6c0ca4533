using Filecoin.Chain.Facts;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>Two sources that cannot both be right.</summary>
/// <param name="Cause">What it leads to if it is sealed all the same.</param>
/// <param name="Sentence">Both values and where they come from, without the sector and without a full stop.</param>
public sealed record Contradiction(CandidateCause Cause, string Sentence);

/// <summary>How inputs compare with the chain.</summary>
/// <param name="Contradictions">What cannot give the CommR of the chain; most telling first.</param>
/// <param name="Remarks">Sentences about what does no harm, or could not be compared.</param>
public sealed record CrossChecked(IReadOnlyList<Contradiction> Contradictions, IReadOnlyList<string> Remarks)
{
    /// <summary>The failure that keeps hours from being lost; null if nothing speaks against sealing.</summary>
    /// <param name="sector">The sector.</param>
    public OperatorException? Refusal(SectorId sector) => Contradictions.Count == 0 ? null : new OperatorException(
        FailureKind.SourcesDisagree,
        $"{sector}: {string.Join("; ", Contradictions.Select(contradiction => contradiction.Sentence))}",
        $"Nothing was sealed. Write the sector into a new metadata file with {UserCommand.Export}; "
            + $"only if the node is on another network or faulty, recover without one (unset {NodeApi.FullNode.Variable}).");
}

/// <summary>
/// Compares what a sector is about to be sealed with, or was, with what the chain says: minutes before hours. Pure; the chain's side is a
/// <see cref="ChainStatement"/>.
/// </summary>
public static class CrossCheck
{
    /// <summary>Compares.</summary>
    public static CrossChecked Of(UsedInputs used, ChainStatement chain)
    {
        ArgumentNullException.ThrowIfNull(used);
        ArgumentNullException.ThrowIfNull(chain);
        List<Contradiction> found = [.. new[] { SealedCid(used, chain), Proof(used, chain), Ticket(used, chain), Data(used, chain), Update(used, chain) }.OfType<Contradiction>()];
        return new CrossChecked(found, [.. Remarks(used, chain)]);
    }

    private static Contradiction? SealedCid(UsedInputs used, ChainStatement chain) =>
        used.SealedCid == chain.Key ? null
        : used.SealedCid == chain.SealedCid ? new Contradiction(
            CandidateCause.SealedCidOfUpdate,
            $"the SealedCID {used.SealedCid} of {used.Source} is that of its update, but on chain its key has the SectorKeyCID {chain.Key}, which is what sealing gives")
        : new Contradiction(
            CandidateCause.OtherSector,
            $"{used.Source} says the SealedCID is {used.SealedCid}, but on chain the sector of this miner and number has {chain.Key}");

    private static Contradiction? Proof(UsedInputs used, ChainStatement chain) => used.SealProof.Proof == chain.SealProof.Proof ? null : new Contradiction(
        CandidateCause.OtherSealProof, $"{used.Source} says the seal proof is {used.SealProof}, but on chain it is {chain.SealProof}");

    private static Contradiction? Ticket(UsedInputs used, ChainStatement chain)
    {
        if (chain.Tickets is not { } forms || forms.Right == used.Ticket)
        {
            return null;
        }

        string whose = $"the ticket {used.Ticket} of {used.Source}";
        string right = $"the chain's ticket of epoch {forms.Epoch} is {forms.Right}";
        return forms.MistakeOf(used.Ticket) switch
        {
            { OtherRound: { } round, OtherAddress: null } => new Contradiction(
                CandidateCause.OtherNullRoundRule,
                $"{whose} is the one of epoch {forms.Epoch} by the other null-round rule (from the tipset of epoch {round}), but {right}"),
            { OtherAddress: { } address } mistake => new Contradiction(
                CandidateCause.OtherAddressForm,
                $"{whose} is the one of epoch {forms.Epoch} drawn with the address {address} instead of {used.Sector.Miner}"
                    + (mistake.OtherRound is { } round ? $" and by the other null-round rule (from the tipset of epoch {round})" : "") + $", but {right}"),
            _ when chain.EpochOfClaim is { } other => new Contradiction(
                CandidateCause.OtherTicket, $"{whose} is that of epoch {other}, but the sector was sealed with that of epoch {forms.Epoch}: {right}"),

            // Of an epoch that only the claim names the ticket may be wrong, or the epoch.
            _ when chain.TicketEpoch is null => null,
            _ => new Contradiction(CandidateCause.OtherTicket, $"{whose} is not the sector's: {right}"),
        };
    }

    private static Contradiction? Data(UsedInputs used, ChainStatement chain)
    {
        if (used.CommD is not { } commD)
        {
            return null;
        }

        bool zeros = commD == ZeroCommitments.ForSector(used.SealProof.SectorSize);
        return chain switch
        {
            { CommD: { } said } when said != commD && used.SealProof.SectorSize == chain.SealProof.SectorSize => new Contradiction(
                CandidateCause.OtherData,
                $"{used.Source} has CommD {commD}{(zeros ? " (zeros)" : "")}, but on chain the sector was sealed over CommD {said}{(chain.HoldsData == false ? " (zeros)" : "")}"),
            { CommD: null, HoldsData: true } when zeros => new Contradiction(
                CandidateCause.OtherData, $"{used.Source} has CommD {commD} (zeros), but on chain the sector was sealed over data"),
            _ => null,
        };
    }

    private static Contradiction? Update(UsedInputs used, ChainStatement chain) => used.UpdateSealedCid is not { } update || used.SealedCid != chain.Key ? null
        : chain.SectorKeyCid is null ? new Contradiction(
            CandidateCause.OtherUpdate, $"{used.Source} says that the sector was snapped to the SealedCID {update}, but on chain it was not: its SealedCID is {chain.SealedCid}")
        : chain.SealedCid != update ? new Contradiction(
            CandidateCause.OtherUpdate, $"{used.Source} says that the SealedCID of its update is {update}, but on chain it is {chain.SealedCid}")
        : null;

    private static IEnumerable<string> Remarks(UsedInputs used, ChainStatement chain)
    {
        if (chain.SectorKeyCid is not null && used.UpdateSealedCid is null && used.SealedCid == chain.Key)
        {
            yield return $"on chain it was snapped, but {used.Source} does not say so: only its key is made, which proving does without; export it again for its update";
        }

        if (used.TicketEpoch is { } said && chain.TicketEpoch is { } epoch && said != epoch && chain.Tickets?.Right == used.Ticket)
        {
            yield return $"{used.Source} says that its ticket is of epoch {said}, but it is that of epoch {epoch}, which is right; the epoch does no harm";
        }

        if (chain.TicketEpoch is null && chain.Tickets is { } forms && forms.Right != used.Ticket && chain.EpochOfClaim is null && forms.MistakeOf(used.Ticket) is null)
        {
            yield return $"the ticket {used.Ticket} of {used.Source} is not that of epoch {forms.Epoch}, which it names; the node no longer tells which of the two is wrong";
        }

        if (chain.Silence is { } silence)
        {
            yield return $"not all of it could be compared with the chain: {silence}";
        }
    }
}
