using System.Globalization;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Labeling;

/// <summary>What is known of labels of one sector's layer that are not what they should be.</summary>
/// <param name="Layer">The layer, from 1.</param>
/// <param name="FirstNode">The first wrong node among those looked at.</param>
/// <param name="LastNode">The last.</param>
/// <param name="Wrong">How many are wrong.</param>
/// <param name="Sampled">How many were looked at.</param>
/// <param name="DifferingBits">Bits of the first wrong label that differ from the right one: one or two are memory, about 128 another hash.</param>
internal sealed record WrongLabels(int Layer, long FirstNode, long LastNode, int Wrong, int Sampled, int DifferingBits)
{
    /// <summary>Where it is wrong and what it was held against.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"layer {Layer} is wrong at node {FirstNode}, bytes {FirstNode * SectorSize.NodeBytes} to {(FirstNode + 1) * SectorSize.NodeBytes} of the layer "
        + $"({DifferingBits} bits differ){Others}: {Wrong} of {Sampled} labels that the plain kernel made again from {Sources}");

    private string Others => Wrong == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", and beyond it up to node {LastNode}");

    private string Sources => Layer == 1
        ? "the replica id and their base parents in memory"
        : string.Create(CultureInfo.InvariantCulture, $"the replica id, their base parents and their expander parents in layer {Layer - 1}, all in memory");
}
