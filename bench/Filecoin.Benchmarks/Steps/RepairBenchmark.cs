using System.Text.Json.Nodes;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Settings;
using SealerRecover.Tests;
using SectorData = Filecoin.Chain.Facts.SectorData;

namespace Filecoin.Benchmarks.Steps;

/// <summary>
/// What each repair costs beside sealing the sector from the start, files, checks and installation included: the table of
/// docs/operations.md. A sector and its update are recovered, then damaged and mended again and again; CommR is compared every time.
/// </summary>
internal sealed class RepairBenchmark
{
    private readonly RecoverySettings _settings;
    private readonly string _folder;
    private readonly SectorFacts _sealed;
    private readonly SectorFacts _snapped;
    private readonly int _runs;

    private RepairBenchmark(SectorSize size, int threads, int runs, string folder, string parents)
    {
        _folder = folder;
        _runs = runs;
        JsonNode update = VectorFiles.Read("update.json")["cases"]!.AsArray().Last(node => (long)node!["sector_size"]! == size.Bytes)!;
        JsonNode key = VectorFiles.Read("seal.json")["cases"]!.AsArray().First(node => (string)node!["id"]! == (string)update["sector_key_case"]!)!;
        _sealed = new SectorFacts
        {
            Sector = new SectorId(new ActorId((ulong)key["miner_actor_id"]!), (ulong)key["sector_number"]!),
            SealProof = SealProofs.Get((RegisteredSealProof)(int)key["registered_proof_number"]!),
            Ticket = new Ticket(Hex(key["ticket"])),
            SealedCid = new CommR(Hex(key["comm_r"])),
        };
        _snapped = _sealed with
        {
            Update = new SectorUpdate
            {
                SealedCid = new CommR(Hex(update["comm_r_new"])),
                Data = new SectorData
                {
                    CommD = new CommD(Hex(update["comm_d_new"])),
                    Pieces = [.. update["pieces"]!.AsArray().Select(piece => new PieceInfo(new CommD(Hex(piece!["commp"])), (long)piece["padded"]!))],
                    OrderKnown = true,
                    Source = "the vectors",
                },
            },
        };
        _settings = new RecoverySettings
        {
            ResultFolder = Path.Combine(folder, "result"),
            TempFolder = Path.Combine(folder, "temp"),
            ParentCacheFolder = parents,
            Threads = threads,
            Force = true,
            PieceSources = [PieceSource.Parse(WritePieces(update, Path.Combine(folder, "pieces")))],
        };
    }

    public static int Run(Options options)
    {
        if (!SectorSize.TryParse(options.Text("size") ?? "8MiB", out SectorSize size))
        {
            throw new ArgumentException("--size is 2KiB, 8MiB or 512MiB");
        }

        string folder = Directory.CreateTempSubdirectory("sealer-recover-benchmark-").FullName;
        try
        {
            int threads = (int)options.Number("threads", Environment.ProcessorCount);
            string parents = options.Text("parents") ?? Path.Combine(Path.GetTempPath(), "sealer-recover-benchmark-parents");
            Console.WriteLine($"repairs of a sector of {size} and of its update, {threads} threads");
            Console.WriteLine("what is damaged                                    wall s    cpu s   of sealing: wall    cpu");
            RepairBenchmark bench = new(size, threads, (int)options.Number("runs", 1), folder, parents);
            bench.Sealed();
            bench.Snapped();
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Sealed()
    {
        // Once for the parent cache, which is no part of either.
        Mend(_sealed, []);
        Timing full = Row(_sealed, "everything lost: sealed from the start", null, "sealed", "cache");
        Row(_sealed, "tree_r_last lost", full, "cache/tree");
        Row(_sealed, "t_aux lost", full, "cache/t_aux");
        Row(_sealed, "sealed file lost", full, "sealed");
        Row(_sealed, "sealed file damaged", full, "~sealed");
        Row(_sealed, "p_aux lost", full, "cache/p_aux");
        Row(_sealed, "cache folder lost", full, "cache");
        CopyGood(full);
        Row(_sealed, "nothing: read and checked", full);
    }

    private void Snapped()
    {
        Mend(_snapped, []);
        Timing full = Row(_snapped, "snapped, everything lost", null, "sealed", "cache", "update", "update-cache");
        Row(_snapped, "update lost", full, "update", "update-cache");
        Row(_snapped, "update's tree_r_last lost", full, "update-cache/tree");
        Row(_snapped, "key lost: made of the update", full, "sealed", "cache");
        Row(_snapped, "key and update lost, a p_aux left", full, "sealed", "update");
    }

    private Timing Row(SectorFacts facts, string what, Timing? full, params string[] damaged)
    {
        Timing? best = null;
        for (int run = 0; run < _runs; run++)
        {
            best = Timing.Better(best, Mend(facts, damaged));
        }

        Say(what, best!, full);
        return best!;
    }

    private void CopyGood(Timing full)
    {
        string other = Path.Combine(_folder, "other");
        Directory.CreateDirectory(Path.Combine(other, "sealed"));
        File.Copy(PathOf("sealed"), Path.Combine(other, "sealed", _sealed.Sector.FileName));
        Timing timing = Mend(_sealed, ["~sealed"], _settings with { StoragePaths = [_settings.ResultFolder, other] });
        Say("sealed file damaged, a good copy elsewhere", timing, full);
    }

    private Timing Mend(SectorFacts facts, string[] damaged, RecoverySettings? settings = null)
    {
        foreach (string what in damaged)
        {
            Damage(what);
        }

        // What was moved aside would fill the disk.
        string own = Path.Combine(_settings.ResultFolder, ".sealer-recover");
        if (Directory.Exists(own))
        {
            Directory.Delete(own, recursive: true);
        }

        settings ??= _settings;
        Timing timing = new();
        SectorOutcome outcome = new RecoveryRunner(settings, TimeProvider.System).Run([facts], Silent, CancellationToken.None).Single();
        if (outcome.Failure is null)
        {
            new OtherCopies(settings, TimeProvider.System).Mend(facts, Silent, CancellationToken.None);
        }

        timing.Stop();
        return outcome.Failure is null ? timing : throw outcome.Failure;
    }

    private void Damage(string what)
    {
        string path = PathOf(what.TrimStart('~'));
        if (what[0] == '~')
        {
            using FileStream file = File.Open(path, FileMode.Open);
            file.Position = file.Length / 2;
            int value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 8));
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private string PathOf(string what)
    {
        string[] parts = what.Split('/');
        string area = Path.Combine(_settings.ResultFolder, parts[0], _sealed.Sector.FileName);
        return parts.Length == 1 ? area
            : Path.Combine(area, parts[1] == "tree" ? CacheNames.TreeRLast(_sealed.SealProof.Porep.Shape, 0) : parts[1]);
    }

    private static void Say(string what, Timing timing, Timing? full)
    {
        (double wall, double cpu) = (timing.Wall.TotalSeconds, timing.Processor.TotalSeconds);
        DataBenchmark.Say(
            $"{what,-48} {wall,8:0.00} {cpu,8:0.00}   {wall / (full ?? timing).Wall.TotalSeconds,16:0 %} {cpu / (full ?? timing).Processor.TotalSeconds,6:0 %}");
    }

    private static string WritePieces(JsonNode known, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (JsonNode? piece in known["pieces"]!.AsArray())
        {
            if ((string?)piece!["seed"] is { } seed)
            {
                File.WriteAllBytes(
                    Path.Combine(folder, new CommD(Hex(piece["commp"])).ToString()), VectorFiles.Stream(seed, (long)piece["stream_len"]!));
            }
        }

        return folder;
    }

    private static EventSink Silent { get; } = new(new Silence(), TimeProvider.System);

    private static Bytes32 Hex(JsonNode? text) => Bytes32.FromHex((string)text!);

    private sealed class Silence : IRecoveryObserver
    {
        public void On(RecoveryEvent happened)
        {
        }
    }
}
