using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;

namespace Filecoin.Sealing.Labeling;

/// <summary>
/// Counts how often layers of a sector came out wrong. Once is an accident, and the layer is made again; a machine on which the same layer is
/// wrong twice running, or three layers of a sector are, is not to be trusted with the rest of it.
/// </summary>
internal sealed class LayerDoubts(SealJob job)
{
    private const int MostOfOneLayer = 1;
    private const int MostOfSector = 2;

    private int _lastLayer;
    private int _ofLastLayer;
    private int _ofSector;

    /// <summary>Tells the operator that a layer is made again, or gives the sector up.</summary>
    /// <param name="layer">The layer that came out wrong.</param>
    /// <param name="what">Half a sentence on what is wrong and why.</param>
    /// <exception cref="OperatorException">Hardware: it has been wrong too often.</exception>
    public void Add(int layer, string what)
    {
        _ofLastLayer = layer == _lastLayer ? _ofLastLayer + 1 : 1;
        _lastLayer = layer;
        _ofSector++;
        if (_ofLastLayer > MostOfOneLayer || _ofSector > MostOfSector)
        {
            throw new OperatorException(
                FailureKind.Hardware,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{job.Inputs.Sector}: {what}; in this run layers of this sector came out wrong {_ofSector} times, so this machine is not trusted with it"),
                $"Look for machine-check errors (dmesg) and test the memory (memtest86+, some hours), then go on with the same command, or on "
                + $"another machine; finished layers are kept. If the kernel is named as the cause, try {Setting.Kernel}=plain.");
        }

        job.Notice?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{what}; layer {layer} is labelled again from {SourceOf(layer)}"));
    }

    private static string SourceOf(int layer) =>
        layer == 1 ? "the start" : string.Create(CultureInfo.InvariantCulture, $"the file of layer {layer - 1}");
}
