using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>How far all sectors of a run are together.</summary>
internal sealed record JsonRun(int Ended, int Sectors, double Fraction, double SecondsLeft, string DoneAbout, IReadOnlyList<JsonSector>? Late) : JsonLine
{
    /// <summary>Of what happened.</summary>
    public static JsonRun Of(RunProgressed run) => new(
        run.Reading.Ended,
        run.Reading.Sectors,
        Math.Round(run.Reading.Fraction, 4),
        Math.Round(run.Reading.Left.TotalSeconds, 1),
        Quantities.Iso(run.At + run.Reading.Left),
        run.Reading.Late.IsEmpty ? null : [.. run.Reading.Late.Select(JsonSector.Of)]);
}
