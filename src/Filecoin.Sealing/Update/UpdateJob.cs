using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Update;

/// <summary>
/// One sector whose data is put into it by SnapDeals, or taken out again, and where the files go while that happens. "Source" is what
/// there is (the key, or the update), "target" what is made (the update, or the key). Nothing outside the target's paths is touched.
/// </summary>
public sealed record UpdateJob
{
    /// <summary>The seal proof, which decides size and shape.</summary>
    public required PorepParameters Porep { get; init; }

    /// <summary>The sector, for messages.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>CommR of the key, SectorKeyCID on chain: of the sector before the update.</summary>
    public required CommR KeyCommR { get; init; }

    /// <summary>Commitment to the update's data.</summary>
    public required CommD CommD { get; init; }

    /// <summary>The update's data.</summary>
    public required ISectorData Data { get; init; }

    /// <summary>The sealed file of the key, or the update's.</summary>
    public required ISectorData Source { get; init; }

    /// <summary>The source's cache folder: p_aux is read, t_aux copied if it is there (some builds of filecoin-ffi write none).</summary>
    public required string SourceCacheFolder { get; init; }

    /// <summary>Where the other one goes. Appears whole or not at all; while it is made there is "name.partial", and a stopped run goes on with it.</summary>
    public required string TargetFile { get; init; }

    /// <summary>An existing folder owned by this job: receives p_aux, t_aux and tree_r_last.</summary>
    public required string TargetCacheFolder { get; init; }

    /// <summary>Reads and writes all files of the job; the source and the data bring their own.</summary>
    public IFileSystem Files { get; init; } = LinuxFileSystem.Instance;

    /// <summary>Write tree_d, too, as rust-fil-proofs does when it encodes; the proof of an update needs it, PoSt does not.</summary>
    public bool KeepAll { get; init; }

    /// <summary>As <see cref="Jobs.SealJob.RowsToDiscard"/>.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>Name of the Poseidon kernel to use; null for the best on this machine.</summary>
    public string? PoseidonKernel { get; init; }

    /// <summary>Name of the two-to-one hash to use; null for the best on this machine.</summary>
    public string? TwoToOneKernel { get; init; }
}
