using Filecoin.Cryptography.Fields;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Replica;

namespace SealerRecover.Recovery.Survey;

/// <summary>A copy of p_aux, read.</summary>
/// <param name="Path">Where.</param>
/// <param name="State">What it is by itself, and by the chain.</param>
/// <param name="Value">Its content; null unless it is good.</param>
internal sealed record PAuxCopy(string Path, FileState State, PAuxFile? Value)
{
    /// <summary>Reads a copy and compares it with the chain.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The CommR it has to have; null if that is not known.</param>
    /// <param name="kernel">Name of the Poseidon kernel; null for the best.</param>
    /// <param name="files">Reads it; null for the real file system.</param>
    public static PAuxCopy Read(string path, CommR? expected, string? kernel, IFileSystem? files = null)
    {
        PAuxFile? value = null;
        FileState state = FileLooks.Of(path, PAuxFile.Length);
        if (state.IsGood)
        {
            state = FileLooks.Reading(() =>
            {
                PAuxFile read = PAuxFile.Read(files ?? LinuxFileSystem.Instance, path);
                FileState judged = Judge(read, expected, kernel);
                value = judged.IsGood ? read : null;
                return judged;
            });
        }

        return new PAuxCopy(path, state, value);
    }

    private static FileState Judge(PAuxFile pAux, CommR? expected, string? kernel)
    {
        const int half = PAuxFile.Length / 2;
        if (!Fr.TryFromCanonicalBytes(pAux.CommC.Span, out _))
        {
            return new Damaged([new DamagedRange(0, half)], "comm_c is no field element");
        }

        if (!Fr.TryFromCanonicalBytes(pAux.CommRLast.Span, out _))
        {
            return new Damaged([new DamagedRange(half, half)], "comm_r_last is no field element");
        }

        if (expected is not { } chain)
        {
            return new Good(CheckDepth.Length);
        }

        CommR commR = CommRs.From(pAux.CommC, pAux.CommRLast, kernel);
        return commR == chain
            ? new Good(CheckDepth.ProvenAgainstChain)
            : new Damaged([new DamagedRange(0, PAuxFile.Length)], $"it belongs to CommR {commR}, but the sector's is {chain}");
    }
}
