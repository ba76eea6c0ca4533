using Filecoin.Chain.Facts;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Which data to take out of which files. Paths are absolute.</summary>
public sealed record UnsealRequest
{
    /// <summary>How it is taken out.</summary>
    public required UnsealHow How { get; init; }

    /// <summary>The sector, as the chain or a metadata file tells it.</summary>
    public required SectorFacts Facts { get; init; }

    /// <summary>
    /// The sealed file. Without <see cref="UpdateFile"/> it is what the data comes out of; with it, the update's key, which is made again if
    /// this is null.
    /// </summary>
    public string? SealedFile { get; init; }

    /// <summary>The cache folder of the sealed file: whether its p_aux is the sector's is checked, and a last layer in it is used. May be null.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The update that the data comes out of; null for the sealed file.</summary>
    public string? UpdateFile { get; init; }

    /// <summary>An unsealed copy that the data comes out of as it is, in the place of sealed file and update; null for those.</summary>
    public string? UnsealedFile { get; init; }

    /// <summary>The file that the data comes out of.</summary>
    public string From => UnsealedFile ?? UpdateFile ?? SealedFile!;

    /// <summary>The cache folder of the update, whose p_aux is checked. May be null.</summary>
    public string? UpdateCacheFolder { get; init; }

    /// <summary>Which data.</summary>
    public required UnsealRange Range { get; init; }

    /// <summary>Pieces that a range lies in of which no commitment is known: they are compared with theirs before it is written. None for not at all.</summary>
    public IReadOnlyList<UnsealRange> Within { get; init; } = [];

    /// <summary>The file to write; nothing may stand there.</summary>
    public required string Output { get; init; }

    /// <summary>Whether ".car" is put behind that name where the data begins as a CAR file does.</summary>
    public bool NamesCars { get; init; }

    /// <summary>How the caller's operator types what a complaint speaks of.</summary>
    public Func<Enum, string> NameOf { get; init; } = named => named.ToString();
}

/// <summary>Where the key comes from that the data was put into, the cheapest first.</summary>
public enum KeyOrigin
{
    /// <summary>None is needed: the data comes out of an unsealed copy.</summary>
    None,

    /// <summary>The sealed file before the update.</summary>
    SealedFile,

    /// <summary>The last layer's file in the cache folder.</summary>
    CacheFolder,

    /// <summary>Labels that an earlier run left in the temporary folder.</summary>
    EarlierRun,

    /// <summary>Labels that have to be made: PreCommit1.</summary>
    Labelling,
}

/// <summary>What is about to be done.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Key">Where the key comes from.</param>
/// <param name="LabelFolder">Where labels are made or were left; null if the key is there otherwise.</param>
/// <param name="Resources">What it takes against what there is.</param>
public sealed record UnsealPlan(UnsealRequest Request, KeyOrigin Key, string? LabelFolder, IReadOnlyList<ResourceLine> Resources);
