using System.Text.Json.Serialization;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Workspace;

/// <summary>The folders of a result folder that a sector's files go to, in the order in which they do: what makes a sector complete comes last.</summary>
public enum InstallArea
{
    /// <summary>cache/s-t0…/: beside the sealed file.</summary>
    Cache,

    /// <summary>update-cache/s-t0…/: beside the update.</summary>
    UpdateCache,

    /// <summary>unsealed/s-t0…: the data.</summary>
    Unsealed,

    /// <summary>sealed/s-t0…: the replica, a snapped sector's key.</summary>
    Sealed,

    /// <summary>update/s-t0…: the updated replica.</summary>
    Update,
}

/// <summary>One file of a sealed sector.</summary>
/// <param name="Name">"sealed", "update" or "unsealed"; "update-cache/" and a name within that folder; or a name within the cache folder.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Digest">Segment digest (see <see cref="FileDigest"/>), hexadecimal.</param>
internal sealed record ManifestFile(string Name, long Length, string Digest)
{
    /// <summary>The name that stands for the replica; no file of a cache folder is called so.</summary>
    public const string Sealed = "sealed";

    /// <summary>The name that stands for the updated replica.</summary>
    public const string Update = "update";

    /// <summary>The name that stands for the unsealed copy.</summary>
    public const string Unsealed = "unsealed";

    /// <summary>Begins the names of files in the update's cache folder.</summary>
    public const string InUpdateCache = "update-cache/";

    /// <summary>Where it belongs.</summary>
    [JsonIgnore]
    public InstallArea Area => Name switch
    {
        Sealed => InstallArea.Sealed,
        Update => InstallArea.Update,
        Unsealed => InstallArea.Unsealed,
        _ when Name.StartsWith(InUpdateCache, StringComparison.Ordinal) => InstallArea.UpdateCache,
        _ => InstallArea.Cache,
    };

    /// <summary>Its name within a cache folder.</summary>
    [JsonIgnore]
    public string NameInFolder => Area == InstallArea.UpdateCache ? Name[InUpdateCache.Length..] : Name;

    /// <summary>Whether it is one of several in a folder of the sector's.</summary>
    [JsonIgnore]
    public bool IsInFolder => Area is InstallArea.Cache or InstallArea.UpdateCache;

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
/// <param name="Files">The replica and the files of the cache folder; those of an update and an unsealed copy where there are any.</param>
/// <param name="UpdateCommRLast">Root of the update's tree_r_last, hexadecimal; null for a sector that was not snapped.</param>
internal sealed record InstallManifest(
    WorkInputs Inputs, string ResultFolder, string CommC, string CommRLast, IReadOnlyList<ManifestFile> Files, string? UpdateCommRLast = null)
{
    /// <summary>The commitments of what the chain knows, for a snapped sector the update; CommR is the SealedCID, or there would be no manifest.</summary>
    [JsonIgnore]
    public SealedCommitments Commitments
    {
        get
        {
            // Written by this tool behind a checksum: what does not parse here would be a bug, not bad input.
            _ = CommitmentCid.TryGetCommD(Cid.Parse(Inputs.UpdateCommD ?? Inputs.CommD), out CommD commD);
            _ = CommitmentCid.TryGetCommR(Cid.Parse(Inputs.UpdateSealedCid ?? Inputs.SealedCid), out CommR commR);
            return new SealedCommitments(commD, Bytes32.FromHex(CommC), Bytes32.FromHex(UpdateCommRLast ?? CommRLast), commR);
        }
    }
}
