using Filecoin.Chain.Messages;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// The message that proved or updated the sector, where another source named it: for when the tipset that includes it is not known, or its
/// messages cannot be listed. A message that failed is none. Where the node cannot tell how it ended, it counts only if something else speaks
/// for it: an update names the CommR that is on chain, and other pieces have to give the CommD that is known.
/// </summary>
internal sealed class NamedProvingMessages(NamedMessages messages, SectorManifests manifests) : IPieceList
{
    /// <inheritdoc/>
    public string Name => "the message that another source names";

    /// <inheritdoc/>
    public async Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation)
    {
        PieceAnswer last = PieceAnswer.Nothing($"none names the one that {(question.IsUpdate ? "updated" : "proved")} it");
        OperatorException? unable = null;
        foreach (NamedMessage named in question.Messages)
        {
            try
            {
                last = await FindAsync(named, question, cancellation).ConfigureAwait(false);
            }
            catch (OperatorException error)
            {
                unable = error;
                continue;
            }

            if (last.Data is not null)
            {
                return last;
            }
        }

        return unable is null || last.IsTrouble ? last : throw unable;
    }

    private async Task<PieceAnswer> FindAsync(NamedMessage named, PieceQuestion question, CancellationToken cancellation)
    {
        NamedProof proof = await messages.FindAsync(named, question, cancellation).ConfigureAwait(false);
        return proof.Found is { } found && (proof.Ran is not null || question.IsUpdate || question.CommD is not null)
            ? await manifests.AnswerAsync(
                found,
                question,
                $"message {named.Cid} that {named.Source} names{proof.By}{(proof.Ran is null ? " (how it ended the node did not tell)" : "")}",
                cancellation).ConfigureAwait(false)
            : proof.IsTrouble ? PieceAnswer.Refused(proof.Why)
            : PieceAnswer.Nothing(proof.Why);
    }
}
