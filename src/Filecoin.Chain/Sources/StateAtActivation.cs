using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;

namespace Filecoin.Chain.Sources;

/// <summary>
/// A proven sector's pre-commit in the state at its activation. It is gone from the head's state, but the proving message ran in the tipset
/// at Activation, and the state before that tipset's messages still holds it. Needs a node that keeps that state.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="of">Names the node where it is not the first one asked: " of the archive node".</param>
internal sealed class StateAtActivation(FullNode node, string of = "") : ISectorSource
{
    /// <inheritdoc/>
    public string Name => $"the state at its activation{of}";

    /// <inheritdoc/>
    public bool IsWorthAsking(SourceQuestion question) => question.HadPreCommit && (question.LacksTicket || question.LacksContent);

    /// <inheritdoc/>
    public async Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation)
    {
        long activation = question.Activation!.Value;
        TipSet tipset = await node.ChainGetTipSetByHeightAsync(activation, cancellation).ConfigureAwait(false);

        string source = $"the state at epoch {tipset.Height}{of}";
        return await node.StateSectorPreCommitInfoAsync(question.Sector, tipset.Key, cancellation).ConfigureAwait(false) is { } found
            ? SourceAnswer.Said(
                PreCommits.Said(question, found, source),

                // Cannot be on a chain whose state is consistent; an earlier state holds the pre-commit as well, so it is worth a look.
                tipset.Height == activation ? null : $"its activation epoch {activation} is a null round, so its pre-commit was read from {source}")
            : SourceAnswer.Nothing($"{source} has no pre-commit of it");
    }
}
