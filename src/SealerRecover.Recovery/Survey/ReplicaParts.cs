using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Survey;

/// <summary>The parts of a replica that were read before, with what could not be read of them.</summary>
/// <param name="kept">Where they are kept.</param>
/// <param name="replica">The replica that is read.</param>
/// <param name="partBytes">Bytes of a part.</param>
internal sealed class ReplicaParts(IKeptReading kept, SurveyedReplica replica, long partBytes) : IReadParts
{
    /// <inheritdoc/>
    public bool TryRecall(long part, Span<byte> nodes)
    {
        if (!kept.TryRecall(part, nodes, out PartTrouble? trouble))
        {
            return false;
        }

        if (trouble is not null)
        {
            replica.Remember(trouble);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Keep(long part, ReadOnlySpan<byte> nodes) =>
        kept.Keep(part, nodes, replica.TroubleIn(new ByteRange(part * partBytes, partBytes)));

    /// <inheritdoc/>
    public void Forget() => kept.Forget();
}

/// <summary>The parts of an unsealed copy that were read before; what cannot be read of it ends the reading.</summary>
/// <param name="kept">Where they are kept.</param>
internal sealed class DataParts(IKeptReading kept) : IReadParts
{
    /// <inheritdoc/>
    public bool TryRecall(long part, Span<byte> nodes) => kept.TryRecall(part, nodes, out _);

    /// <inheritdoc/>
    public void Keep(long part, ReadOnlySpan<byte> nodes) => kept.Keep(part, nodes, trouble: null);

    /// <inheritdoc/>
    public void Forget() => kept.Forget();
}
