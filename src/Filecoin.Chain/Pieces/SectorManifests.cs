using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>What a message to the miner names of one sector.</summary>
/// <param name="Method">The message's method.</param>
/// <param name="Manifest">The sector's entry.</param>
internal sealed record SectorManifest(ulong Method, PieceManifest Manifest)
{
    /// <summary>Whether both name the same pieces or deals, in the same order.</summary>
    internal bool NamesSameAs(SectorManifest other) =>
        (Manifest.Pieces ?? []).SequenceEqual(other.Manifest.Pieces ?? []) && (Manifest.DealIds ?? []).SequenceEqual(other.Manifest.DealIds ?? []);
}

/// <summary>
/// Finds a sector in messages that prove or update sectors, and makes an answer of what they name; the one place that says what they name.
/// Whether a message ran only a node's own StateSearchMsg says.
/// </summary>
/// <param name="miner">Whose messages count.</param>
/// <param name="deals">Turns the deals that they name into pieces.</param>
internal sealed class SectorManifests(MinerAddress miner, Deals deals)
{
    /// <summary>What the message names of the sector; null if it is of another method, miner, sector or replica.</summary>
    internal async Task<SectorManifest?> OfAsync(ChainMessage message, PieceQuestion question, CancellationToken cancellation) =>
        PieceManifests.IsOf(message.Method, question.IsUpdate)
        && PieceManifests.TryRead(message.Method, message.Params, out IReadOnlyList<PieceManifest>? manifests)
        && manifests.FirstOrDefault(entry => IsOf(question, entry)) is { } manifest
        && await miner.IsAsync(message.To, cancellation).ConfigureAwait(false)
            ? new SectorManifest(message.Method, manifest)
            : null;

    /// <summary>The pieces that it names, or a complaint.</summary>
    /// <param name="found">What a message names.</param>
    /// <param name="question">The sector.</param>
    /// <param name="message">Names the message, behind its method: "message at epoch 16000".</param>
    /// <param name="cancellation">Ends the search.</param>
    internal async Task<PieceAnswer> AnswerAsync(SectorManifest found, PieceQuestion question, string message, CancellationToken cancellation)
    {
        string source = $"the parameters of the {MethodName(found.Method)} {message}, in their order";
        PieceAnswer answer = found.Manifest.DealIds is { } ids
            ? await deals.FindAsync(ids, question, $"the deals named in {source}", cancellation).ConfigureAwait(false)
            : NamedPieces.Answer(found.Manifest.Pieces!, orderKnown: true, commD: null, source, question);
        return WithCommD(answer, found.Manifest.NewUnsealedCid);
    }

    private static bool IsOf(PieceQuestion question, PieceManifest manifest) =>
        manifest.SectorNumber == question.Sector.Number
        && (manifest.NewSealedCid is null || manifest.NewSealedCid.Equals(question.SealedCid));

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
}
