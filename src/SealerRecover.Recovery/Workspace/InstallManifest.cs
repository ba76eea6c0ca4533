using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Cryptography;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Workspace;

/// <summary>The folders of a result folder that a sector's files go to, in the order in which they do: what makes a sector complete comes last.</summary>
internal enum InstallArea
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
/// <param name="Digest">Segment digest (see <see cref="FileDigest"/>).</param>
internal sealed record ManifestFile(string Name, long Length, Bytes32 Digest)
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
    public bool Matches(FileDigest found) => found == new FileDigest(Length, Digest);
}

/// <summary>
/// The files of a sector whose CommR was found to be the SealedCID: written to the journal before the first of them moves, and
/// kept as a receipt in the result folder afterwards, so that a later run can tell by reading them that they are still intact.
/// </summary>
/// <param name="Inputs">What they were made from.</param>
/// <param name="ResultFolder">Where they go.</param>
/// <param name="CommC">Root of tree_c.</param>
/// <param name="CommRLast">Root of tree_r_last.</param>
/// <param name="Files">The replica and the files of the cache folder; those of an update and an unsealed copy where there are any.</param>
/// <param name="UpdateCommRLast">Root of the update's tree_r_last; null for a sector that was not snapped.</param>
internal sealed record InstallManifest(
    WorkInputs Inputs, string ResultFolder, Bytes32 CommC, Bytes32 CommRLast, IReadOnlyList<ManifestFile> Files, Bytes32? UpdateCommRLast = null)
{
    /// <summary>What a later version wrote beside that; kept.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Later { get; set; }

    /// <summary>The commitments of what the chain knows, for a snapped sector the update; CommR is the SealedCID, or there would be no manifest.</summary>
    [JsonIgnore]
    public SealedCommitments Commitments => new(
        Inputs.UpdateCommD ?? Inputs.CommD, CommC, UpdateCommRLast ?? CommRLast, Inputs.UpdateSealedCid ?? Inputs.SealedCid);
}
