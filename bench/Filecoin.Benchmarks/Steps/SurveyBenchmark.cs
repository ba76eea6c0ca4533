using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Survey;
using SealerRecover.Tests;

namespace Filecoin.Benchmarks.Steps;

/// <summary>
/// How long a survey of many sectors takes that reads no replica: one sector is sealed, and its p_aux, t_aux and tree_r_last copied for each of
/// the others beside a sealed file of the right length that holds nothing.
/// </summary>
internal static class SurveyBenchmark
{
    public static int Run(Options options)
    {
        int sectors = (int)options.Number("sectors", 500);
        int threads = (int)options.Number("threads", Environment.ProcessorCount);
        KnownSector known = KnownSector.Get(new SectorSize(8L << 20), 2);
        string folder = Directory.CreateTempSubdirectory("sealer-recover-benchmark-").FullName;
        try
        {
            SurveyFacts[] facts = [.. Lay(known, sectors, threads, folder, options)];
            SectorSurveyor Surveyor(bool quick) => new(StorageRoots.Read([folder]), new SurveySettings { Quick = quick, Threads = threads });
            foreach (bool quick in new[] { false, true })
            {
                Timing timing = new();
                SectorSurveyor surveyor = Surveyor(quick);
                int good = facts.Count(fact => surveyor.Survey(fact, null, CancellationToken.None).Sealed.IsGood);
                DataBenchmark.Say($"{good} of {sectors} sectors of {known.Inputs.Porep.SectorSize} good{(quick ? ", --quick" : "")}: {timing.Stop()}");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<SurveyFacts> Lay(KnownSector known, int sectors, int threads, string folder, Options options)
    {
        string cache = Directory.CreateDirectory(Path.Combine(folder, "cache")).FullName;
        string replicas = Directory.CreateDirectory(Path.Combine(folder, "sealed")).FullName;
        string work = Directory.CreateTempSubdirectory("sealer-recover-benchmark-").FullName;
        SealJob job = new() { Inputs = known.Inputs, CacheFolder = work, SealedFile = Path.Combine(work, "replica"), CachePathInTAux = cache };
        MemoryStepLog log = new();
        string parentFolder = options.Text("parents") ?? Path.Combine(Path.GetTempPath(), "sealer-recover-benchmark-parents");
        using (ParentCache parents = new ParentCacheFolder(parentFolder).Open(known.Inputs.Porep, threads, 1 << 16, null, CancellationToken.None))
        {
            PreCommit1.Run(job, parents, log, null, CancellationToken.None);
        }

        SealedCommitments made = PreCommit2.Run(job, log, threads, null, CancellationToken.None);
        known.Check(made);
        File.Delete(job.SealedFile);
        for (ulong number = 0; number < (ulong)sectors; number++)
        {
            SectorId sector = new(known.Inputs.Sector.Miner, number);
            string target = Directory.CreateDirectory(Path.Combine(cache, sector.FileName)).FullName;
            foreach (string file in Directory.EnumerateFiles(work))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }

            using FileStream replica = File.Create(Path.Combine(replicas, sector.FileName));
            replica.SetLength(known.Inputs.Porep.SectorSize.Bytes);
            yield return new SurveyFacts { Sector = sector, Porep = known.Inputs.Porep, SealedCid = made.CommR };
        }

        Directory.Delete(work, recursive: true);
    }
}
