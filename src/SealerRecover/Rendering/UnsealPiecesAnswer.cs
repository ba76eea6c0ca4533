using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Rendering;

/// <summary>What unseal is about to take out of many sectors.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Folder">Where it goes.</param>
internal sealed record UnsealPiecesAnswer(UnsealManyPlan Plan, string Folder) : IAnswer
{
    /// <summary>Rows that a reader looks through; in JSON all are.</summary>
    private const int MostShown = 100;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextTable(
            ["wanted", "bytes", "sector", "out of"],
            [.. Plan.Steps.Take(MostShown).Select(step => (IReadOnlyList<string>)
            [
                SafeText.Clean(step.Wanted.Name),
                (step.Way?.Request.Range ?? step.Outcome?.Range) is { } range ? ByteCount.Text(range.RawLength) : "-",
                step.Way?.Request.Facts.Sector.ToString() ?? "-",
                step.Outcome is { Failure: null } ? "there already" : step.Outcome is { } failed ? UnsealedPiecesAnswer.Where(failed) : OutOf(step.Way!),
            ])]);
        if (Plan.Steps.Count > MostShown)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  and {Plan.Steps.Count - MostShown} more"));
        }

        yield return new TextLine(Plan.Cores is not { } cores ? "no sector has to be labelled" : string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(Plan.Labelled.Count)} labelled (PreCommit1), each once for all that is wanted of it, {cores.AtOnce} at once: {string.Join(", ", Plan.Labelled.Select(sector => sector.Number))}"));
        yield return UnsealPlanAnswer.Table(Plan.Resources);
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonUnsealPieces(
        Folder,
        [.. Plan.Steps.Select(step => step.Outcome is { } outcome ? UnsealedPiecesAnswer.Line(outcome) : Line(step))],
        [.. Plan.Labelled.Select(JsonSector.Of)],
        Plan.Cores is { } cores ? JsonCores.Of(cores) : null,
        UnsealPlanAnswer.Lines(Plan.Resources));

    private static JsonWantedPiece Line(UnsealStep step)
    {
        UnsealRequest request = step.Way!.Request;
        return new JsonWantedPiece(
            step.Wanted.Name, null, JsonSector.Of(request.Facts.Sector), request.From, step.Way.Key, null, request.Range.RawOffset, request.Range.RawLength, request.Range.Piece?.CommP.ToString(), null, null);
    }

    private static string OutOf(UnsealPlan way) => SafeText.Clean(way.Key switch
    {
        KeyOrigin.None => $"{way.Request.From}, which needs no key",
        KeyOrigin.SealedFile => $"{way.Request.From} with {way.Request.SealedFile}",
        KeyOrigin.CacheFolder => $"{way.Request.From} with the last layer in {way.Request.CacheFolder}",
        KeyOrigin.EarlierRun => $"{way.Request.From} with labels of an earlier run",
        _ => $"{way.Request.From}, which is labelled",
    });

    private static string Count(int sectors) => sectors == 1 ? "1 sector is" : string.Create(CultureInfo.InvariantCulture, $"{sectors} sectors are");
}

/// <summary>What came out of many sectors.</summary>
/// <param name="Outcomes">For each that is wanted, how it ended.</param>
/// <param name="Folder">Where it went.</param>
internal sealed record UnsealedPiecesAnswer(IReadOnlyList<UnsealOutcome> Outcomes, string Folder) : IAnswer
{
    /// <summary>Why the command failed, where something did not come out: what must not be overlooked first, which is data that is wrong.</summary>
    public Failure? Failure
    {
        get
        {
            OperatorException[] failures = [.. Outcomes.Select(outcome => outcome.Failure).OfType<OperatorException>()];
            OperatorException? first = failures.FirstOrDefault(failure => failure.Kind == FailureKind.CommitmentMismatch) ?? failures.FirstOrDefault();
            return first is null ? null : Failure.From(new OperatorException(
                first.Kind,
                string.Create(CultureInfo.InvariantCulture, $"{failures.Length} of {Outcomes.Count} did not come out{(failures.Length > 1 ? ", first" : "")}: {first.Message}"),
                first.Hint));
        }
    }

    /// <summary>A sentence about the folder.</summary>
    private string Sum => string.Create(
        CultureInfo.InvariantCulture,
        $"{SafeText.Clean(Folder)} holds {Outcomes.Count(outcome => outcome.Failure is null)} of {Outcomes.Count} that are wanted, {Outcomes.Count(outcome => outcome.Result == UnsealResult.Written)} of them written now; ")
        + (Outcomes.Count(outcome => outcome is { Failure: null, IsVerified: false }) is > 0 and int bare
            ? string.Create(CultureInfo.InvariantCulture, $"{bare} of them were not compared with any commitment, the others are what theirs say")
            : "they are what commitments say");

    /// <summary>How something ended, in a word.</summary>
    private static string Word(UnsealOutcome outcome) => outcome.Result switch
    {
        UnsealResult.Written => "written",
        UnsealResult.AlreadyThere => "there already",
        _ => "failed",
    };

    /// <summary>Its file, or why there is none.</summary>
    public static string Where(UnsealOutcome outcome) => SafeText.Clean(outcome.Output ?? outcome.Failure!.Message);

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextTable(
            ["wanted", "result", "file, or why there is none"],
            [.. Outcomes.OrderByDescending(outcome => outcome.Result).Select(outcome => (IReadOnlyList<string>)
            [
                SafeText.Clean(outcome.Wanted.Name),
                Word(outcome),
                Where(outcome),
            ])]);
        yield return new TextLine(Sum);
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonUnsealedPieces([.. Outcomes.Select(Line)]);

    /// <summary>How something ended, in JSON.</summary>
    public static JsonWantedPiece Line(UnsealOutcome outcome) => new(
        outcome.Wanted.Name,
        outcome.Result,
        outcome.From is { } from ? JsonSector.Of(from.Request.Facts.Sector) : null,
        outcome.From?.Request.From,
        outcome.From?.Key,
        outcome.Output,
        outcome.Range?.RawOffset,
        outcome.Range?.RawLength,
        outcome.Range?.Piece?.CommP.ToString(),
        outcome.Failure is null ? outcome.IsVerified : null,
        outcome.Failure is { } failure ? ReportAnswer.Line(Rendering.Failure.From(failure), verbose: false) : null);
}
