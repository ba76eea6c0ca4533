using Filecoin.Cryptography.Fields;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;

namespace SealerRecover.Recovery.Survey;

/// <summary>
/// A replica of which what cannot be read, or is no field element, is put down and read as zeros, so that one bad block of a disk does not
/// hide the state of the rest. From any thread.
/// </summary>
/// <param name="replica">The replica.</param>
internal sealed class SurveyedReplica(ISectorData replica) : ISectorData
{
    /// <summary>What is read again on its own when more than it could not be read: blocks of a disk are 4 KiB.</summary>
    private const int Grain = 4096;

    /// <summary>A disk that fails more often is not worth the hours its retries take.</summary>
    private const int MostFailures = 256;

    private readonly Lock _lock = new();
    private readonly List<ByteRange> _bad = [];
    private readonly List<ByteRange> _failed = [];

    /// <inheritdoc/>
    public SectorSize Size => replica.Size;

    /// <summary>What could not be read or is no field element.</summary>
    public IReadOnlyList<ByteRange> Bad
    {
        get
        {
            lock (_lock)
            {
                return [.. _bad];
            }
        }
    }

    /// <summary>The first failure to read; null if there was none.</summary>
    public string? Failure { get; private set; }

    /// <summary>What was put down of a stretch; null for nothing.</summary>
    public PartTrouble? TroubleIn(ByteRange stretch)
    {
        lock (_lock)
        {
            ByteRange[] bad = [.. _bad.Where(range => range.Offset < stretch.End && stretch.Offset < range.End)];
            return bad.Length == 0 ? null : new PartTrouble(bad, _failed.Exists(failed => bad.Contains(failed)) ? Failure : null);
        }
    }

    /// <summary>Puts down what an earlier reading found.</summary>
    public void Remember(PartTrouble trouble)
    {
        lock (_lock)
        {
            _bad.AddRange(trouble.Bad);
            Failure ??= trouble.Failure;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="OperatorException">Storage: too much of it cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            replica.Read(offset, destination);
        }
        catch (OperatorException) when (destination.Length > Grain)
        {
            for (int done = 0; done < destination.Length; done += Grain)
            {
                Read(offset + done, destination.Slice(done, Math.Min(Grain, destination.Length - done)));
            }

            return;
        }
        catch (OperatorException failure)
        {
            PutDown(offset, destination.Length, failure);
            destination.Clear();
            return;
        }

        for (int at = 0; at < destination.Length; at += SectorSize.NodeBytes)
        {
            Span<byte> node = destination.Slice(at, SectorSize.NodeBytes);

            // The modulus begins with 0x73: only few nodes need a closer look.
            if (node[^1] >= 0x73 && !Fr.TryFromCanonicalBytes(node, out _))
            {
                PutDown(offset + at, SectorSize.NodeBytes, null);
                node.Clear();
            }
        }
    }

    private void PutDown(long offset, long length, OperatorException? failure)
    {
        lock (_lock)
        {
            _bad.Add(new ByteRange(offset, length));
            Failure ??= failure?.Message;
            if (failure is not null)
            {
                _failed.Add(new ByteRange(offset, length));
                if (_failed.Count > MostFailures)
                {
                    throw new SurveyStoppedException(failure);
                }
            }
        }
    }
}

/// <summary>Too much of a file cannot be read to go on with it.</summary>
/// <param name="last">The last failure.</param>
internal sealed class SurveyStoppedException(OperatorException last) : Exception(last.Message, last);
