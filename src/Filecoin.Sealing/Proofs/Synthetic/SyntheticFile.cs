using System.Buffers;
using System.Globalization;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Proofs.Synthetic;

/// <summary>A syn-porep-vanilla-proofs.dat that is read, proof by proof, from any thread. Nothing of it is believed: that is its reader's.</summary>
internal sealed class SyntheticFile : IPorepOpener
{
    private static readonly Hint Anew = $"Make the file again: `{UserCommand.Repair}` does";
    private readonly SyntheticForm _form;
    private readonly SteadyFile _file;

    /// <summary>Opens the file of a cache folder and reads the roots in its head.</summary>
    /// <param name="path">The file.</param>
    /// <param name="porep">Size and shape.</param>
    /// <exception cref="OperatorException">Storage: it is missing, unreadable or of another length.</exception>
    public SyntheticFile(string path, PorepParameters porep)
    {
        _form = SyntheticForm.Of(porep);
        _file = new SteadyFile(path, _form.FileLength, Anew);
        try
        {
            Span<byte> head = stackalloc byte[SyntheticForm.HeadBytes];
            _file.Read(0, head);
            CommD = new Bytes32(head[..SectorSize.NodeBytes]);
            CommC = new Bytes32(head.Slice(SectorSize.NodeBytes, SectorSize.NodeBytes));
            CommRLast = new Bytes32(head[(2 * SectorSize.NodeBytes)..]);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Source => _file.Path;

    public Bytes32 CommD { get; }

    public Bytes32 CommC { get; }

    public Bytes32 CommRLast { get; }

    public PorepVanillaProof Open(PorepChallenge challenge) => TryRead(challenge.OfSyntheticSet) ?? throw new OperatorException(
        FailureKind.Storage,
        string.Create(CultureInfo.InvariantCulture, $"proof {challenge.OfSyntheticSet} in {Source} is about nodes that the sector does not have"),
        $"{Anew}.");

    /// <summary>Reads a proof, counted from 0; null if it names nodes that no sector of this size has.</summary>
    public PorepVanillaProof? TryRead(int proof)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(_form.ProofBytes);
        try
        {
            Span<byte> bytes = buffer.AsSpan(0, _form.ProofBytes);
            _file.Read(_form.OffsetOf(proof), bytes);
            return _form.Read(bytes, CommD, CommC, CommRLast);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _file.Dispose();
}
