using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>
/// The message that proved the sector (ProveCommitSectors3) or updated it (ProveReplicaUpdates, 2 and 3), in the tipset it was executed in.
/// Sectors proven by the older methods have deals, which their pre-commit names. A call through another actor is no message to the miner and
/// stays unseen.
/// </summary>
internal sealed class ProvingMessages(FullNode node, MinerAddress miner, Deals deals) : IPieceList
{
    private readonly Recent<long, IReadOnlyList<ChainMessage>> _recent = new(kept: 16);

    /// <inheritdoc/>
    public string Name => "the message that proved or updated it";

    /// <inheritdoc/>
    public async Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation)
    {
        if (question.Epoch is not { } epoch)
        {
            return PieceAnswer.Nothing(question.WithoutEpoch);
        }

        IReadOnlyList<ChainMessage> messages = await _recent.GetAsync(epoch, () => MessagesAsync(epoch, cancellation)).ConfigureAwait(false);
        List<(PieceManifest Manifest, ulong Method)> found = [];
        foreach (ChainMessage message in messages.Where(message => PieceManifests.IsOf(message.Method, question.IsUpdate)))
        {
            if (PieceManifests.TryRead(message.Method, message.Params, out IReadOnlyList<PieceManifest>? manifests)
                && manifests.FirstOrDefault(entry => IsOf(question, entry)) is { } manifest
                && await miner.IsAsync(message.To, cancellation).ConfigureAwait(false))
            {
                found.Add((manifest, message.Method));
            }
        }

        if (found.Count == 0)
        {
            return PieceAnswer.Nothing(
                $"no message to the miner at epoch {epoch} names its pieces (an older method, or a call through another actor)");
        }

        // The same sector twice in one tipset: a message repeated after it failed, normally with the same pieces.
        (PieceManifest first, ulong method) = found[0];
        if (!found.TrueForAll(other => SameData(other.Manifest, first)))
        {
            return PieceAnswer.Refused($"two messages at epoch {epoch} name different pieces for it");
        }

        string source = $"the parameters of the {MethodName(method)} message at epoch {epoch}, in their order";
        PieceAnswer answer = first.DealIds is { } ids
            ? await deals.FindAsync(ids, question, $"the deals named in {source}", cancellation).ConfigureAwait(false)
            : NamedPieces.Answer(first.Pieces!, orderKnown: true, commD: null, source, question);
        return WithCommD(answer, first.NewUnsealedCid);
    }

    private static bool IsOf(PieceQuestion question, PieceManifest manifest) =>
        manifest.SectorNumber == question.Sector.Number
        && (manifest.NewSealedCid is null || manifest.NewSealedCid.Equals(question.SealedCid));

    private static bool SameData(PieceManifest one, PieceManifest other) =>
        (one.Pieces ?? []).SequenceEqual(other.Pieces ?? []) && (one.DealIds ?? []).SequenceEqual(other.DealIds ?? []);

    private static PieceAnswer WithCommD(PieceAnswer answer, Cid? unsealed) =>
        answer.Data is not { } data || unsealed is null ? answer
        : CommitmentCid.TryGetCommD(unsealed, out CommD commD) ? PieceAnswer.Found(data with { CommD = commD })
        : PieceAnswer.Refused($"\"{unsealed}\" is not the CID of unsealed data");

    private static string MethodName(ulong method) => method switch
    {
        PieceManifests.ProveCommitSectors3 => nameof(PieceManifests.ProveCommitSectors3),
        PieceManifests.ProveReplicaUpdates3 => nameof(PieceManifests.ProveReplicaUpdates3),
        PieceManifests.ProveReplicaUpdates2 => nameof(PieceManifests.ProveReplicaUpdates2),
        _ => nameof(PieceManifests.ProveReplicaUpdates),
    };

    /// <summary>The messages of an epoch that may name pieces, those to other miners included; none in a null round.</summary>
    private async Task<IReadOnlyList<ChainMessage>> MessagesAsync(long epoch, CancellationToken cancellation)
    {
        TipSet tipset = await node.ChainGetTipSetByHeightAsync(epoch, cancellation).ConfigureAwait(false);
        if (tipset.Height != epoch)
        {
            return [];
        }

        IReadOnlyList<TipSetMessage> all = await node.ChainGetMessagesInTipsetAsync(tipset.Key, cancellation).ConfigureAwait(false);
        return
        [
            .. all.Select(entry => entry.Message)
                .Where(message => PieceManifests.IsOf(message.Method, ofUpdate: false) || PieceManifests.IsOf(message.Method, ofUpdate: true)),
        ];
    }
}
