using System.Collections.Immutable;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Repair;

/// <summary>
/// Finds replicas that cannot be right before anything is planned: random stretches of each are compared with its tree_r_last where that
/// follows from the CommR on chain. What is spared is reading and hashing all of a replica only to find that labels are needed.
/// </summary>
/// <param name="settings">Where to look, and with what.</param>
public sealed class DamagedReplicas(RecoverySettings settings)
{
    /// <summary>
    /// Stretches compared in each replica, of 16 KiB in a 32GiB sector: under a second on a disk, and damage of a twentieth of the replica is
    /// missed once in 27 times. What it misses the whole reading finds.
    /// </summary>
    private const int Stretches = 64;

    private readonly StorageRoots _roots = StorageRoots.Read(settings.StoragePaths);

    /// <summary>How far a survey looks that finds them.</summary>
    public static SurveySettings HowFar(RecoverySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new SurveySettings
        {
            Deep = true,
            Sample = Stretches,
            RowsToDiscard = settings.RowsToDiscard,
            Threads = settings.Threads,
            Kernels = settings.Kernels,
        };
    }

    /// <summary>Those of some sectors, by path, each with half a sentence saying how it is damaged.</summary>
    /// <param name="sectors">The sectors.</param>
    /// <param name="events">Told how far it is.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public ImmutableDictionary<string, string> Find(IEnumerable<SurveyFacts> sectors, EventSink events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        ArgumentNullException.ThrowIfNull(events);
        SurveySettings how = HowFar(settings);
        ImmutableDictionary<string, string>.Builder found = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (SurveyFacts facts in sectors)
        {
            ReplicaSurveyor surveyor = new(_roots, how, facts, events.LongOf(facts.Sector), cancellation);
            found.AddRange(Certain(surveyor.Survey(InstallArea.Sealed, InstallArea.Cache, ManifestFile.Sealed, facts.SealedCid).Replica));
            if (facts.IsSnapped == true)
            {
                found.AddRange(Certain(surveyor.Survey(InstallArea.Update, InstallArea.UpdateCache, ManifestFile.Update, facts.UpdateSealedCid).Replica));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Those that a survey found, by path, each with half a sentence saying how it is damaged.</summary>
    public static ImmutableDictionary<string, string> In(SectorSurvey survey)
    {
        ArgumentNullException.ThrowIfNull(survey);
        return ImmutableDictionary.CreateRange([.. Certain(survey.Sealed.Replica), .. survey.Update is { } update ? Certain(update.Replica) : []]);
    }

    /// <summary>How a damaged replica is spoken of.</summary>
    /// <param name="why">What it contradicts: half a sentence.</param>
    public static string InWords(string why) => $"is damaged, as a survey found: {why}";

    private static IEnumerable<KeyValuePair<string, string>> Certain(FileSurvey replica) =>
        from copy in replica.Copies
        let damaged = copy.State as Damaged
        where damaged is { AgainstChain: true }
        select KeyValuePair.Create(copy.Path, InWords(damaged.ComparedWith));
}
