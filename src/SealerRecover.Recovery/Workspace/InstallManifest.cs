using System.Text.Json.Serialization;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing;

namespace SealerRecover.Recovery.Workspace;

/// <summary>One file of a sealed sector.</summary>
/// <param name="Name">"sealed", or the name within the cache folder.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Digest">Segment digest (see <see cref="FileDigest"/>), hexadecimal.</param>
internal sealed record ManifestFile(string Name, long Length, string Digest)
{
    /// <summary>The name that stands for the replica; no file of a cache folder is called so.</summary>
    public const string Sealed = "sealed";

    /// <summary>Whether this is the replica.</summary>
    [JsonIgnore]
    public bool IsSealed => Name == Sealed;

    /// <summary>Whether <paramref name="found"/> is this file's content.</summary>
    public bool Matches(FileDigest found) => found.Length == Length && found.Digest.ToString() == Digest;
}

/// <summary>
/// The files of a sector whose CommR was found to be the SealedCID: written to the journal before the first of them moves, and
/// kept as a receipt in the result folder afterwards, so that a later run can tell by reading them that they are still intact.
/// </summary>
/// <param name="Inputs">What they were made from.</param>
/// <param name="ResultFolder">Where they go.</param>
/// <param name="CommC">Root of tree_c, hexadecimal.</param>
/// <param name="CommRLast">Root of tree_r_last, hexadecimal.</param>
/// <param name="Files">The replica and the files of the cache folder.</param>
internal sealed record InstallManifest(
    WorkInputs Inputs, string ResultFolder, string CommC, string CommRLast, IReadOnlyList<ManifestFile> Files)
{
    /// <summary>The commitments; CommR is the SealedCID, or there would be no manifest.</summary>
    [JsonIgnore]
    public SealedCommitments Commitments
    {
        get
        {
            // Written by this tool behind a checksum: what does not parse here would be a bug, not bad input.
            _ = CommitmentCid.TryGetCommD(Cid.Parse(Inputs.CommD), out CommD commD);
            _ = CommitmentCid.TryGetCommR(Cid.Parse(Inputs.SealedCid), out CommR commR);
            return new SealedCommitments(commD, Bytes32.FromHex(CommC), Bytes32.FromHex(CommRLast), commR);
        }
    }
}
