using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>
/// What cannot have led to another CommR, because it was checked on the way: no step is recorded before these checks have passed, so they
/// hold for what earlier runs have finished, too. Each is a sentence, and says no more than was looked at.
/// </summary>
internal static class ExcludedCauses
{
    /// <summary>After sealing.</summary>
    public static IReadOnlyList<string> OfSealing(ReplicaInputs inputs)
    {
        PorepParameters porep = inputs.Porep;
        string labels = string.Create(
            CultureInfo.InvariantCulture,
            $"Labels that are wrong again and again: {LabelSample.CountFor(porep)} of {porep.Nodes} labels of each of the {porep.Layers} layers were "
            + $"made again by the plain kernel, with parents computed from the graph, and came out the same.");
        return
        [
            labels,
            "A parent cache that is not the graph's: it was checked against its digest when it was opened.",
            "Layers that changed after they were written: where they were used, in memory and on disk, they had the digests of their writing.",
            .. OfData(inputs),
        ];
    }

    /// <summary>After an update of a key that is right.</summary>
    public static IReadOnlyList<string> OfUpdate() =>
    [
        "The key, and with it labels, ticket, miner and sector number: its CommR is the SectorKeyCID.",
        "Data that is not what CommD says: what was encoded into the update has the CommD given above.",
    ];

    // Of a CC sector nothing is known here: its CommD is that of zeros because nobody said otherwise.
    private static IEnumerable<string> OfData(ReplicaInputs inputs)
    {
        if (inputs.CommD != ZeroCommitments.ForSector(inputs.Porep.SectorSize))
        {
            yield return "Data that is not what CommD says: what was encoded into the replica has the CommD that went into the replica id.";
        }
    }
}
