using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Page.Tests;

/// <summary>
/// A fleet as providers have them: 32GiB sectors of a lost disk, spread over deadlines, on four machines with a few dozen sectors a day each. The same
/// at every call; nothing of it was measured.
/// </summary>
internal static class SampleFleet
{
    private const int Layers = 11;
    private const int Trees = 8;
    private const string Sealed = "bagboea4b5abcaqolcsygu56h5zpkbp5w2ewu7kkmn2sxs5xrhwuwgmoetnjzdz";

    /// <summary>When it is so.</summary>
    public static DateTimeOffset At { get; } = new(2026, 11, 29, 3, 12, 7, TimeSpan.Zero);

    public static SectorId Id(ulong number) => new(new Filecoin.Primitives.ActorId(1000), number);

    /// <summary>So many sectors, of which two fifths are back.</summary>
    public static SiteState Of(int sectors)
    {
        ImmutableArray<SiteSector> all = [.. Enumerable.Range(0, sectors).Select(index => Sector(index, sectors)).OrderBy(sector => sector.Due).ThenBy(sector => sector.Sector.Number)];
        SiteState state = new()
        {
            At = At,
            Source = "fleet at 10.0.0.5, database fleet",
            IsFleet = true,
            Version = "0.1.0",
            Run = new SiteRun
            {
                Started = At.AddHours(-61.4),
                Fraction = 0.47,
                DoneAt = At.AddHours(66.2),
                LostPerDay = "14723118402219900000",
                SavedPerDay = "10118840223104400000",
                SavedTerminations = "412400318220000000000",
                NextDue = all.First(sector => sector.Stage is not (SectorStage.Done or SectorStage.Failed) && sector.Due > At).Due,
            },
            Sectors = all,
            Machines = Machines(),
        };
        return state with { Concerns = Concerns.Of(state, new TypedCommands(), []) };
    }

    /// <summary>As the program words them.</summary>
    private sealed class TypedCommands : IConcernWords
    {
        public string Failure(int exitCode) => exitCode == 13 ? "the bytes of a piece are in none of the piece sources" : throw new ArgumentOutOfRangeException(nameof(exitCode));

        public ImmutableArray<string> Commands(string kind, int? exitCode, IReadOnlyList<SectorId> sectors, bool isFleet)
        {
            string numbers = string.Join(' ', sectors.Select(sector => sector.Number));
            return kind switch
            {
                Concerns.Failed => [$"sealer-recover pieces --miner=f01000 {numbers}", $"sealer-recover fleet retry {numbers}"],
                Concerns.Late => [$"sealer-recover fleet prefer {numbers} --priority=10"],
                _ => [],
            };
        }

        public ImmutableArray<string> Again(SiteCheck check) => [$"sealer-recover fleet retry --check={check.Kind} --storage={check.Place}"];
    }

    /// <summary>One of them in full.</summary>
    public static SiteSectorDetail Detail(SiteSector sector, DateTimeOffset at)
    {
        bool isDone = sector.Stage == SectorStage.Done;
        int layer = isDone || sector.Stage is SectorStage.Trees or SectorStage.Installing ? Layers : sector.Stage == SectorStage.Labelling ? (sector.Step ?? 1) - 1 : 0;
        double trees = isDone || sector.Stage == SectorStage.Installing ? Trees : sector.Stage == SectorStage.Trees ? (sector.Step ?? 1) - 1 + (sector.Fraction ?? 0) : 0;
        ImmutableArray<SiteStep> steps =
        [
            .. Enumerable.Range(1, Layers).Select(number => new SiteStep(
                string.Create(CultureInfo.InvariantCulture, $"layer_{number}"),
                number <= layer ? 1 : number == layer + 1 && sector.Stage == SectorStage.Labelling ? sector.Fraction ?? 0 : 0,
                number <= layer ? 1391 + (number * 37 % 90) : null)),
            .. SiteSteps.Trees(Trees).Select((name, tree) => new SiteStep(name, Math.Clamp(trees - tree, 0, 1), tree + 1 <= trees ? 131 + (tree * 7 % 11) : null)),
            new SiteStep(SiteSteps.Install, isDone ? 1 : 0, isDone ? 41 : null),
        ];
        bool hasFailed = sector.Stage == SectorStage.Failed;
        return new SiteSectorDetail
        {
            Sector = sector,
            Steps = steps,
            Facts =
            [
                new SiteFact("seal_proof", "StackedDrg32GiBV1_1", "chain node, lotus-miner"),
                new SiteFact("sealed_cid", Sealed, "chain node"),
                new SiteFact("ticket", "5f6d0e1c0f7ad2b38f0d6d3f1bb9c2a7e4f4d8a1c0b97e5566aa0f7d12c9e8b4", "computed from block headers"),
                new SiteFact("ticket_epoch", "3127405", "lotus-miner"),
                new SiteFact("activation", "3129981", "chain node"),
                new SiteFact("comm_d", "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq", null),
            ],
            Events =
            [
                .. sector.Machine is null ? ImmutableArray<SiteEvent>.Empty :
                [
                    .. hasFailed ? [new SiteEvent(at.AddMinutes(-38), sector.Machine, sector.Message!)] : ImmutableArray<SiteEvent>.Empty,
                    .. Enumerable.Range(1, layer).Reverse().Select(number => new SiteEvent(
                        at.AddMinutes(-24 * (layer - number + 0.4)), sector.Machine, string.Create(CultureInfo.InvariantCulture, $"layer {number} of {Layers} done in 23 min {number * 37 % 60:00} s"))),
                    new SiteEvent(at.AddMinutes(-24 * (layer + 0.4)), sector.Machine, "taken"),
                ],
                new SiteEvent(at.AddHours(-61), null, "put on the list"),
            ],
            Diagnosis = hasFailed ? "Piece baga6ea4seaqkn7v2q…of 16 GiB was asked for at /pieces and http://10.0.0.8:7878: both answered that they do not have it." : null,
            Commands = hasFailed ? [$"sealer-recover pieces --miner=f01000 {sector.Sector.Number}", $"sealer-recover fleet retry {sector.Sector.Number}"] : [],
        };
    }

    private static SiteSector Sector(int index, int sectors)
    {
        // A linear walk that has no pattern for the eye, and the same at every call.
        int mixed = (int)((index * 2654435761L >> 7) & 0x7fffffff);
        int place = index * 48 / sectors;
        DateTimeOffset due = At.AddHours(-39).AddMinutes(place * 168).AddMinutes(30);
        double share = (double)index / sectors;
        SiteSector sector = new()
        {
            Sector = Id((ulong)(1200 + (index * 7 % (sectors * 7)) + (mixed % 5))),
            Stage = SectorStage.Queued,
            Deadline = (place + 31) % 48,
            Partition = index % 7 < 5 ? 0 : 1,
            Due = due,
            FaultEnd = due.AddDays(39),
            Late = share is > 0.463 and < 0.472,
        };
        string machine = $"seal-{1 + (mixed % 3)}";
        return share switch
        {
            < 0.405 when mixed % 41 == 7 || index % 47 == 11 => Failed(sector, machine),
            < 0.405 => sector with { Stage = SectorStage.Done, Machine = machine, Outcome = mixed % 19 == 3 ? "already_there" : "installed", Since = At.AddHours(-60 + (share * 140)) },
            < 0.413 => AtWork(sector, SectorStage.Installing, "install", 1, 1, mixed, machine),
            < 0.437 => AtWork(sector, SectorStage.Trees, "trees", 1 + (mixed % Trees), Trees, mixed, machine),
            < 0.49 when index % 13 == 5 => AtWork(sector, SectorStage.Labelling, "label", 4, Layers, mixed, "seal-4"),
            < 0.49 => AtWork(sector, SectorStage.Labelling, "label", 2 + (mixed / 16 % 9), Layers, mixed, machine),
            < 0.502 => AtWork(sector, SectorStage.Preparing, "hash_piece", 1, 1, mixed, machine),
            > 0.93 when mixed % 5 == 1 => sector with { Paused = true },
            > 0.97 => sector with { Deadline = null, Partition = null, Due = null, FaultEnd = null },
            _ => sector,
        };
    }

    private static SiteSector AtWork(SiteSector sector, SectorStage stage, string phase, int step, int steps, int mixed, string machine) => sector with
    {
        Stage = stage,
        Phase = phase,
        Step = step,
        Steps = steps,
        Fraction = mixed % 97 / 97.0,
        Rate = phase == "install" || phase == "hash_piece" ? 412e6 + (mixed % 90 * 1e6) : 742e3 + (mixed % 60 * 1e3),
        Unit = phase == "install" || phase == "hash_piece" ? "bytes" : "nodes",
        Machine = machine,
        Since = At.AddMinutes(-(mixed % 200)),
        Moved = At.AddSeconds(-(mixed % 9)),
        BackAt = At.AddHours(2 + (mixed % 12)),
    };

    private static SiteSector Failed(SiteSector sector, string machine) => sector with
    {
        Stage = SectorStage.Failed,
        Outcome = "failed",
        ExitCode = 13,
        Machine = machine,
        Since = At.AddMinutes(-38),
        Message = "piece baga6ea4seaqkn7v2q… is in none of 2 piece sources",
    };

    private static ImmutableArray<SiteMachine> Machines()
    {
        const long GiB = 1L << 30;
        SiteMachine Made(string name, string processor, int cores, double busy, int memory, int available, int disk, int free, double rate, double expected, string[] gpus) => new()
        {
            Name = name,
            Alive = true,
            Since = At.AddHours(-61.2),
            HeardSecondsAgo = 2.1,
            Version = "0.1.0",
            Processor = processor,
            Cores = cores,
            Busy = busy,
            Memory = memory * GiB,
            MemoryAvailable = available * GiB,
            Disk = disk * GiB,
            DiskAvailable = free * GiB,
            Gpus = [.. gpus],
            LabelRate = rate,
            LabelRateExpected = expected,
        };
        return
        [
            Made("seal-1", "AMD EPYC 7543 32-Core Processor", 32, 0.94, 1007, 118, 14304, 2210, 6.12e6, 6.3e6, ["NVIDIA RTX A5000"]),
            Made("seal-2", "AMD EPYC 7543 32-Core Processor", 32, 0.91, 1007, 164, 14304, 3905, 3.71e6, 6.3e6, ["NVIDIA RTX A5000"]),
            Made("seal-3", "AMD EPYC 7302 16-Core Processor", 16, 0.88, 503, 61, 7152, 204, 2.84e6, 2.9e6, []) with { Draining = true, Note = "is drained: takes nothing new" },
            Made("seal-4", "Intel(R) Xeon(R) Gold 6338 CPU", 32, 0.02, 503, 440, 7152, 5760, 0, 4.1e6, []) with { Alive = false, HeardSecondsAgo = 2471, LabelRate = null, LabelRateExpected = null, Busy = null },
        ];
    }
}
