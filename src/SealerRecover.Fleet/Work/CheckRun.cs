using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Verify;

namespace SealerRecover.Fleet.Work;

/// <summary>Looks at the sectors of one check in this machine's storage paths, one after the other. Writes nothing.</summary>
/// <param name="settings">The storage paths, and how much of the machine it may take.</param>
internal sealed class CheckRun(RecoverySettings settings)
{
    /// <summary>Sealing goes on beside it.</summary>
    private int Threads => Math.Max(1, settings.Threads / 4);

    /// <summary>Looks.</summary>
    /// <param name="job">At what.</param>
    /// <param name="told">Told after each sector how many were looked at and what was found by then.</param>
    /// <param name="cancellation">Stops it within a second or two.</param>
    /// <returns>What was found.</returns>
    public CheckReport Run(CheckJob job, Action<int, CheckReport> told, CancellationToken cancellation)
    {
        // What lies in one path may be proven with what lies in another.
        StorageRoots roots = StorageRoots.Read(settings.StoragePaths);
        CheckReport report = CheckReport.Nothing;
        int done = 0;
        foreach (SectorFacts facts in job.Sectors)
        {
            cancellation.ThrowIfCancellationRequested();
            report = roots.FoldersOf(facts.Sector).Contains(job.Place) ? With(report, facts.Sector, Look(job, facts, roots, cancellation)) : report with { Absent = report.Absent + 1 };
            told(++done, report);
        }

        return report;
    }

    private static CheckReport With(CheckReport report, SectorId sector, (string? Fault, double BlockChance) look) => look.Fault is { } fault
        ? report with { Damaged = report.Damaged.Add(new CheckedDamage(sector.Number, fault)) }
        : report with { Good = report.Good + 1, BlockChance = Math.Min(report.BlockChance ?? 1, look.BlockChance) };

    /// <summary>What is wrong with a sector, in one sentence, null for nothing; and what that is worth.</summary>
    private (string? Fault, double BlockChance) Look(CheckJob job, SectorFacts facts, StorageRoots roots, CancellationToken cancellation)
    {
        SurveyFacts known = SurveyFacts.From(facts);
        if (job.Kind == CheckKind.Verify)
        {
            VerifySettings how = new() { RowsToDiscard = settings.RowsToDiscard, Threads = Threads, Kernels = settings.Kernels };
            SectorVerification proof = new SectorVerifier(roots, how).Verify(known, ChallengeSeed.Random(reason: null), progress: null, cancellation);
            return (proof.IsProven ? null : string.Join("; ", proof.Faults.Select(fault => fault.Sentence)), proof.BlockChance);
        }

        SurveySettings look = new()
        {
            Quick = job.Reading.Quick,
            Deep = job.Reading.Deep,
            Sample = job.Reading.Sample,
            RowsToDiscard = settings.RowsToDiscard,
            Threads = Threads,
            Kernels = settings.Kernels,
        };
        SectorSurvey survey = new SectorSurveyor(roots, look).Survey(known, progress: null, cancellation);
        string[] needed = [.. RepairAdvice.For(survey).Where(advice => advice.IsNeeded).Select(advice => advice.Why)];
        return (needed.Length == 0 ? null : string.Join(" ", needed), survey.BlockChance);
    }
}
