using System.Text.Json;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Rendering;

/// <summary>
/// One JSON object a line on standard output and nothing else there; the log and the sentence of a failure go to standard error. Progress
/// of a sector appears about once a second and at the beginning and end of every step.
/// </summary>
/// <param name="output">Where JSON goes.</param>
/// <param name="error">Where the log and failures go.</param>
/// <param name="time">The clock for lines that carry none of their own.</param>
/// <param name="verbose">Whether failures carry the exception in full.</param>
internal sealed class JsonView(TextWriter output, TextWriter error, TimeProvider time, bool verbose) : IView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ProgressBook _book = new();
    private readonly Dictionary<string, PhaseProgressed> _shown = [];
    private readonly Dictionary<string, (DateTimeOffset At, (PieceActivity, string) What)> _pieces = [];
    private readonly Dictionary<string, DateTimeOffset> _asked = [];

    /// <inheritdoc/>
    public void Said(string text) => Write(new JsonNote(text), Now);

    /// <inheritdoc/>
    public void Found(SectorFacts facts) => Write(Line(facts), Now);

    /// <inheritdoc/>
    public void Planned(RunPlan plan) => Write(
        new JsonPlan(
            [.. plan.Sectors.Select(facts => JsonSector.Of(facts.Sector))],
            plan.Settings.ResultFolder,
            plan.Settings.TempFolder,
            plan.Settings.ParentCacheFolder,
            plan.Settings.Parallel,
            plan.Settings.Threads,
            plan.Sectors.Any(facts => plan.Settings.Of(facts).KeepAll == true),
            plan.Settings.Kernels.Asked.Any() ? plan.Settings.Kernels.Asked.ToDictionary(asked => asked.Kind.Name(), asked => asked.Name) : null,
            plan.Needs.Cores is { } cores ? JsonCores.Of(cores) : null,
            plan.Needs.CoresInWords,
            [.. plan.Needs.Resources.Select(line =>
                new JsonResource(line.What, line.IsBytes ? Unit.Bytes : Unit.Count, line.Needed, line.Available, line.Suffices))],
            plan.Settings.KeepUnsealed,
            plan.Settings.PieceSources.IsEmpty ? null : [.. plan.Settings.PieceSources.Select(source => source.Text)],
            plan.Needs.Pieces.IsEmpty ? null : [.. plan.Needs.Pieces.Select(piece => new JsonPlanPiece(
                JsonSector.Of(piece.Sector), piece.Piece.CommP.ToString(), piece.Piece.PaddedSize, piece.Seen?.Where, piece.IsMissing))]),
        Now);

    /// <inheritdoc/>
    public void Measured(BenchResult result) => Write(BenchJson.Of(result), Now);

    /// <inheritdoc/>
    public void Listed(KernelList kernels) => Write(
        new JsonKernels([.. kernels.Variants.Select(variant => new JsonKernel(
            variant.Kind.Name(), variant.Name, variant.IsAvailable, kernels.IsChosen(variant), variant.Lack))]),
        Now);

    /// <inheritdoc/>
    public void Answered(IAnswer answer) => Write(answer.Json, Now);

    /// <inheritdoc/>
    public T Live<T>(Func<T> work) => work();

    /// <inheritdoc/>
    public void Diagnostic(string line) => error.WriteLine(SafeText.Clean(line));

    /// <inheritdoc/>
    public void On(RecoveryEvent happened)
    {
        switch (happened)
        {
            case PhaseProgressed progressed:
                Progress(progressed);
                break;
            case PieceProgressed pieces:
                Progress(pieces);
                break;
            case LookUpProgressed looking:
                Progress(
                    looking.At,
                    new JsonProgress(null, looking.Phase, 1, 1, looking.Done, looking.Total, looking.Unit, Rounded(looking.Rate), Seconds(looking.Left)));
                break;
            case SearchProgressed { Search: { IsOver: false } search } searching:
                Progress(
                    searching.At,
                    new JsonProgress(
                        JsonSector.Of(search.Sector), searching.Phase, 1, 1, search.Done, search.Most, searching.Unit, Rounded(searching.Rate), Seconds(searching.Left))
                    {
                        Epoch = search.Epoch,
                        OtherSectors = search.Others,
                        ArchiveNode = search.OfArchive,
                    });
                break;
            case SectorStarted started:
                Write(new JsonSectorStarted(JsonSector.Of(started.Sector), started.Resumed), started.At);
                break;
            case SectorEnded ended:
                _book.Forget(ended.Outcome.Sector);
                Write(Line(SectorReport.From(ended.Outcome, sealedCid: null)), ended.At);
                break;
            case Notice notice:
                Write(new JsonNote(notice.Text, JsonSector.Of(notice.Sector)), notice.At);
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public void Reported(Report report)
    {
        DateTimeOffset now = Now;
        Write(
            new JsonReport(
                report.Command,
                ProgramVersion.Text,
                report.Exit.Code,
                report.Exit.Name,
                Seconds(report.Elapsed),
                [.. report.Sectors.Select(sector => Line(sector) with { Time = Quantities.Iso(now) })],
                report.Failure is { } whole ? Line(whole) : null,
                report.File,
                [.. report.Next.Select(advice =>
                    new JsonAdvice(advice.Text, advice.Commands, advice.Before is { } before ? Quantities.Iso(before) : null, WorthAnswer.Atto(advice.Send)))],
                report.GoOnWith),
            now);
        foreach (Failure failure in report.Sectors.Select(sector => sector.Failure).Prepend(report.Failure).OfType<Failure>())
        {
            foreach (TextLine line in ReportText.Explain(failure, verbose))
            {
                error.WriteLine(line.Text);
            }
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private static double? Seconds(TimeSpan? time) => time is { } known ? Seconds(known) : null;

    /// <summary>What takes seconds for one has a rate of its own.</summary>
    private static double? Rounded(double? rate) => rate is { } known ? Math.Round(known, known < 1 ? 4 : 1) : null;

    private static JsonSectorFound Line(SectorFacts facts)
    {
        SectorStanding? standing = facts.Standing;
        string? Instant(long? epoch) => epoch is { } known && standing is not null ? Quantities.Iso(standing.TimeOf(known)) : null;
        return new JsonSectorFound(
            JsonSector.Of(facts.Sector),
            (int)facts.SealProof.Proof,
            facts.SealProof.Proof.ToString(),
            facts.SealProof.SectorSize.Bytes,
            facts.Ticket.ToString(),
            facts.TicketEpoch,
            (facts.Update?.SealedCid ?? facts.SealedCid).ToString(),
            standing?.State,
            standing?.ProveBefore,
            Instant(standing?.ProveBefore),
            standing?.Deadline,
            Instant(standing?.DeadlineOpens),
            Instant(standing?.FaultTerminatesAt),
            facts.Update is null ? null : facts.SealedCid.ToString(),
            facts.Holds?.CommD?.ToString(),
            facts.Holds is { PiecesUntold: false } data ? data.Pieces.Length : null,
            facts.Holds?.Source,
            facts.Origins.Count == 0 ? null : [.. facts.Origins.Select(origin => new JsonFact(origin.Fact, origin.Sources, origin.CrossCheck, !origin.IsUnverified))]);
    }

    private JsonSectorEnded Line(SectorReport sector) => new(
        JsonSector.Of(sector.Sector),
        sector.Result,
        sector.SealedCid?.ToString(),
        sector.Commitments?.CommD.ToString(),
        sector.Commitments?.CommR.ToString(),
        sector.Commitments?.CommC.ToString(),
        sector.Commitments?.CommRLast.ToString(),
        sector.Files,
        Seconds(sector.Elapsed),
        sector.ProvenNodes,
        sector.BlockChance,
        sector.Failure is { } failure ? Line(failure) : null);

    private JsonFailure Line(Failure failure) => new(
        failure.Exit.Code,
        failure.Exit.Name,
        failure.Message,
        failure.Hint,
        failure.Evidence.IsEmpty ? null : failure.Evidence.ToDictionary(fact => fact.Name, fact => fact.Value),
        failure.Causes.IsEmpty ? null : failure.Causes,
        failure.Excluded.IsEmpty ? null : failure.Excluded,
        verbose && failure.Trace.Length > 0 ? failure.Trace : null);

    private void Progress(DateTimeOffset at, JsonProgress line)
    {
        if (!_asked.TryGetValue(line.Phase, out DateTimeOffset last) || at - last >= Interval)
        {
            _asked[line.Phase] = at;
            Write(line, at);
        }
    }

    private void Progress(PieceProgressed happened)
    {
        PieceProgress progress = happened.Progress;
        string piece = progress.Piece.CommP.ToString();
        string subject = $"{happened.Sector} {piece}";
        (PieceActivity Activity, string From) now = (progress.Activity, progress.From);
        if (_pieces.TryGetValue(subject, out (DateTimeOffset At, (PieceActivity, string) What) last)
            && last.What == now && progress.Done != progress.Total && happened.At - last.At < Interval)
        {
            return;
        }

        _pieces[subject] = (happened.At, now);
        Write(
            new JsonPieceProgress(
                JsonSector.Of(happened.Sector),
                piece,
                progress.Activity,
                progress.Done,
                progress.Total,
                progress.From.Length > 0 ? progress.From : null),
            happened.At);
    }

    private void Progress(PhaseProgressed happened)
    {
        PhaseReading reading = _book.Read(happened);
        string subject = Quantities.Subject(happened);
        bool due = !_shown.TryGetValue(subject, out PhaseProgressed? last)
            || last.Progress.Phase != happened.Progress.Phase
            || last.Progress.Step != happened.Progress.Step
            || happened.Progress.Done == happened.Progress.Total
            || happened.At - last.At >= Interval;
        if (!due)
        {
            return;
        }

        _shown[subject] = happened;
        Filecoin.Sealing.Steps.SealProgress progress = happened.Progress;
        Write(
            new JsonProgress(
                JsonSector.Of(happened.Sector),
                Words.Of(progress.Phase),
                progress.Step,
                progress.Steps,
                progress.Done,
                progress.Total,
                Quantities.CountsBytes(progress.Phase) ? Unit.Bytes : Unit.Nodes,
                reading.Rate is { } rate ? Math.Round(rate, 1) : null,
                Seconds(reading.Left)),
            happened.At);
    }

    private void Write(JsonLine line, DateTimeOffset at) =>
        output.WriteLine(JsonSerializer.Serialize(line with { Time = Quantities.Iso(at) }, JsonLines.Default.JsonLine));
}
