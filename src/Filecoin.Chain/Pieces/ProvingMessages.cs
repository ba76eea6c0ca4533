using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// The message that proved the sector (ProveCommitSectors3) or updated it (ProveReplicaUpdates, 2 and 3), in the tipset it was executed in.
/// Sectors proven by the older methods have deals, which their pre-commit names. A call through another actor is no message to the miner and
/// stays unseen.
/// </summary>
internal sealed class ProvingMessages(FullNode node, SectorManifests manifests) : IPieceList
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
        List<SectorManifest> found = [];
        foreach (ChainMessage message in messages)
        {
            if (await manifests.OfAsync(message, question, cancellation).ConfigureAwait(false) is { } manifest)
            {
                found.Add(manifest);
            }
        }

        if (found.Count == 0)
        {
            return PieceAnswer.Nothing(
                $"no message to the miner at epoch {epoch} names its pieces (an older method, or a call through another actor)");
        }

        // The same sector twice in one tipset: a message repeated after it failed, normally with the same pieces.
        return found.TrueForAll(other => other.NamesSameAs(found[0]))
            ? await manifests.AnswerAsync(found[0], question, $"message at epoch {epoch}", cancellation).ConfigureAwait(false)
            : PieceAnswer.Refused($"two messages at epoch {epoch} name different pieces for it");
    }

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
