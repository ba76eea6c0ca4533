using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Tests.Graph;
using Filecoin.Sealing.Tests.Labeling;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.PreCommit;

/// <summary>Sectors labelled together end with the files each would have by itself.</summary>
public sealed class PreCommit1BatchTests
{
    private const string Small = "2KiB-v1_1-cc";
    private const string Deep = "L11-16KiB-v1_1_0-cc";
    private const string Large = "8MiB-v1_1-cc";

    public static TheoryData<string, string> KernelsAndSectors()
    {
        TheoryData<string, string> data = [];
        foreach (string kernel in LabelKernels.OfBatch.Available)
        {
            data.Add(kernel, Small);
            data.Add(kernel, Deep);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(KernelsAndSectors))]
    public void The_reference_s_layers_come_out_with_every_kernel(string kernel, string id)
    {
        // One sector more than the kernel has lanes: the vector's in the middle, strangers around it.
        using Batch batch = new(SealCase.Get(id), LabelKernels.OfBatch.Create(kernel).Lanes + 1, kernel);
        batch.Run();
        batch.AssertReference();
        batch.AssertEachAsIfAlone(1);
    }

    [Fact]
    public void The_reference_s_8MiB_layers_come_out_with_the_kernels_chosen_for_five()
    {
        using Batch batch = new(SealCase.Get(Large), 5);
        batch.Run();
        batch.AssertReference();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(19)]
    public void Any_number_of_sectors_is_labelled_as_each_would_be_by_itself(int sectors)
    {
        using Batch batch = new(SealCase.Get(Small), sectors);
        batch.Run();
        batch.AssertReference();
        batch.AssertEachAsIfAlone([.. Enumerable.Range(0, sectors)]);
    }

    [Fact]
    public void Stopping_at_any_report_of_progress_and_starting_again_gives_the_same_files()
    {
        int stops = 0;
        for (int stopAt = 1; ; stopAt++)
        {
            using Batch batch = new(SealCase.Get(Small), 3);
            using CancellationTokenSource source = new();
            int reports = 0;
            Reports sink = new(_ =>
            {
                if (Interlocked.Increment(ref reports) == stopAt)
                {
                    source.Cancel();
                }
            });
            bool stopped = false;
            try
            {
                batch.Run(sink, source.Token);
            }
            catch (OperationCanceledException)
            {
                stopped = true;
                stops++;
            }

            if (reports < stopAt)
            {
                break;
            }

            Assert.True(stopped || batch.IsFinished);
            Assert.Empty(Directory.GetFiles(batch.Folder, "*.tmp", SearchOption.AllDirectories));
            batch.Run();
            batch.AssertReference();
            batch.AssertEachAsIfAlone(0);
        }

        Assert.True(stops > 5, "the run reported too little to be stopped anywhere");
    }

    [Fact]
    public void A_finished_batch_is_left_alone()
    {
        using Batch batch = new(SealCase.Get(Deep), 3);
        batch.Run();
        Reports seen = new();
        batch.Run(seen);
        Assert.Empty(seen.All);
    }

    [Fact]
    public void Sectors_that_are_further_keep_their_files_and_wait_for_the_others()
    {
        using Batch batch = new(SealCase.Get(Deep), 3);
        batch.RunAlone(1);
        DateTime written = File.GetLastWriteTimeUtc(batch.LayerPath(1, 4));
        Reports seen = new();

        batch.Run(seen);

        Assert.Equal(written, File.GetLastWriteTimeUtc(batch.LayerPath(1, 4)));
        Assert.Equal(2 * 11, seen.All.Count(report => report.Phase == SealPhase.WriteLayer && report.Done == report.Total));
        batch.AssertReference();
        batch.AssertEachAsIfAlone(0, 2);
    }

    [Fact]
    public void Labelling_starts_after_the_last_layer_that_all_have()
    {
        using Batch batch = new(SealCase.Get(Deep), 3);
        batch.Run();
        batch.Logs[0].Forget("layer-9");
        batch.Logs[2].Forget("layer-7");
        Reports seen = new();

        batch.Run(seen);

        Assert.Equal([6, 8], StepsOf(seen, SealPhase.LoadLayer));
        Assert.Equal([7, 9], StepsOf(seen, SealPhase.Label));
        batch.AssertReference();
    }

    [Fact]
    public void A_damaged_layer_that_the_next_one_needs_is_labelled_again()
    {
        using Batch batch = new(SealCase.Get(Deep), 3);
        batch.Run();
        batch.Logs[1].Forget("layer-7");
        FlipBit(batch.LayerPath(0, 6));
        Reports seen = new();

        batch.Run(seen);

        Assert.Equal([6, 7], StepsOf(seen, SealPhase.Label));
        batch.AssertReference();
        batch.AssertEachAsIfAlone(0, 1, 2);
    }

    [Fact]
    public void A_layer_that_comes_out_other_than_recorded_is_named()
    {
        using Batch batch = new(SealCase.Get(Deep), 2);
        batch.Run();
        batch.Logs[0].Forget("layer-5");
        Assert.True(batch.Logs[1].TryGet("layer-5", out FileDigest digest));
        batch.Logs[1].Record("layer-5", digest with { Digest = new Bytes32(new byte[32]) });

        OperatorException failure = Assert.Throws<OperatorException>(() => batch.Run());

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(batch.LayerPath(1, 5), failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 40, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(11, 511, int.MaxValue)]
    public void A_sector_whose_label_is_wrong_leaves_and_goes_on_alone(int layer, long node, int times)
    {
        const int wrong = 0;
        using Batch batch = new(SealCase.Get(Deep), 3);

        batch.RunWith(kernel => new FaultyKernel(kernel, new LabelFault(layer, node, times)) { Lane = wrong });

        Assert.Equal(layer - 1, batch.Logs[wrong].Steps.Count());
        Assert.False(File.Exists(batch.LayerPath(wrong, layer)));
        string notice = Assert.Single(batch.Notices[wrong]);
        Assert.StartsWith($"layer {layer} is wrong at node {node}, ", notice, StringComparison.Ordinal);
        Assert.Contains(times == 1 ? "in passing" : "the kernel faulty-many makes a wrong label of it again", notice, StringComparison.Ordinal);
        Assert.Empty(batch.Notices[1].Concat(batch.Notices[2]));
        batch.AssertReference();
        batch.AssertEachAsIfAlone(1, 2);
        batch.RunAlone(wrong);
        batch.AssertEachAsIfAlone(wrong);
    }

    [Fact]
    public unsafe void A_bit_that_flips_in_one_sector_s_layer_after_it_was_written_costs_that_sector_its_company()
    {
        using Batch batch = new(SealCase.Get(Deep), 3);

        batch.RunWith(inner =>
        {
            FaultyKernel kernel = null!;
            kernel = new FaultyKernel(inner)
            {
                Lane = 1,
                Beginning = (layer, previous) =>
                {
                    if (layer == 5)
                    {
                        Assert.True(SpinWait.SpinUntil(() => batch.Logs.All(log => log.Steps.Contains("layer-4")), TimeSpan.FromSeconds(30)));
                        kernel.Flip(previous, 300);
                    }
                },
            };
            return kernel;
        });

        Assert.Equal([11, 4, 11], batch.Logs.Select(log => log.Steps.Count()));
        Assert.StartsWith("layer 4 in memory is not what was recorded", Assert.Single(batch.Notices[1]), StringComparison.Ordinal);
        batch.AssertEachAsIfAlone(0, 2);
        batch.RunAlone(1);
        batch.AssertReference();
    }

    [Fact]
    public void When_all_have_left_the_rest_is_not_labelled_together()
    {
        using Batch batch = new(SealCase.Get(Deep), 1);
        Reports seen = new();

        batch.RunWith(kernel => new FaultyKernel(kernel, new LabelFault(2, 100)), seen);

        Assert.Equal([1, 2], StepsOf(seen, SealPhase.Label));
        Assert.Equal(["layer-1"], batch.Logs[0].Steps);
        batch.RunAlone(0);
        batch.AssertReference();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_stops_the_run_and_is_named()
    {
        using Batch batch = new(SealCase.Get(Deep), 3);
        Directory.CreateDirectory(batch.LayerPath(2, 1));

        OperatorException failure = Assert.Throws<OperatorException>(() => batch.Run());

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(batch.LayerPath(2, 1), failure.Message, StringComparison.Ordinal);
        Directory.Delete(batch.LayerPath(2, 1));
        batch.Run();
        batch.AssertReference();
    }

    [Fact]
    public void Sectors_of_another_proof_and_shared_folders_are_refused()
    {
        using Batch batch = new(SealCase.Get(Small), 2);
        using ParentCache parents = Workplace.OpenParents(SealCase.Get(Deep).Inputs, TestContext.Current.CancellationToken);
        Assert.Throws<ArgumentException>(() => PreCommit1.RunBatch(
            batch.Jobs, batch.Logs, parents, [null, null], TestContext.Current.CancellationToken));
        batch.Jobs[1] = batch.Jobs[0];
        Assert.Throws<ArgumentException>(() => batch.Run());
    }

    private static IEnumerable<int> StepsOf(Reports seen, SealPhase phase) =>
        seen.All.Where(report => report.Phase == phase).Select(report => report.Step).Distinct();

    private static void FlipBit(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[4000] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Sectors of one proof in folders of their own; the middle one is a known case, the others its namesakes of other numbers.</summary>
    private sealed class Batch : IDisposable
    {
        private readonly SealCase _known;
        private readonly int _knownIndex;
        private readonly ParentCache _parents;

        public Batch(SealCase known, int sectors, string? kernel = null)
        {
            _known = known;
            _knownIndex = sectors / 2;
            _parents = Workplace.OpenParents(known.Inputs, TestContext.Current.CancellationToken);
            Folder = Directory.CreateTempSubdirectory("sealer-recover-batch-").FullName;
            for (int i = 0; i < sectors; i++)
            {
                string cache = Directory.CreateDirectory(Path.Combine(Folder, $"{i}")).FullName;
                SectorId sector = known.Inputs.Sector;
                Jobs.Add(new SealJob
                {
                    Inputs = i == _knownIndex ? known.Inputs : known.Inputs with { Sector = sector with { Number = sector.Number + 100 + (ulong)i } },
                    CacheFolder = cache,
                    SealedFile = Path.Combine(Folder, $"sealed-{i}"),
                    CachePathInTAux = known.CachePath,
                    LabelKernel = kernel,
                    Notice = Notices.GetOrAdd(i, _ => []).Enqueue,
                });
                Logs.Add(new MemoryStepLog());
            }
        }

        public string Folder { get; }

        public List<SealJob> Jobs { get; } = [];

        public List<MemoryStepLog> Logs { get; } = [];

        public ConcurrentDictionary<int, ConcurrentQueue<string>> Notices { get; } = new();

        public bool IsFinished => Logs.All(log => log.Steps.Count() == _known.Layers);

        public void Run(Reports? progress = null, CancellationToken? cancellation = null) => PreCommit1.RunBatch(
            Jobs, Logs, _parents, [.. Jobs.Select(_ => progress)], cancellation ?? TestContext.Current.CancellationToken);

        public void RunWith(Func<LabelKernel, LabelKernel> wrap, Reports? progress = null)
        {
            // One kernel for all of them, with a lane to spare.
            LabelKernel kernel = wrap(new PlainBatchLabelKernel(Jobs.Count + 1));
            PreCommit1.RunBatch(
                Jobs, _ => [kernel], Logs, _parents, [.. Jobs.Select(_ => progress)], new Random(3), TestContext.Current.CancellationToken);
        }

        public void RunAlone(int index) =>
            PreCommit1.Run(Jobs[index], _parents, Logs[index], null, TestContext.Current.CancellationToken);

        public string LayerPath(int index, int layer) => Path.Combine(Jobs[index].CacheFolder, CacheNames.Layer(layer));

        public void AssertReference()
        {
            for (int layer = 1; layer <= _known.Layers; layer++)
            {
                string expected = _known.Files.Single(file => file.Name == CacheNames.Layer(layer)).Sha256;
                Assert.Equal((layer, expected), (layer, VectorFiles.Sha256OfFile(LayerPath(_knownIndex, layer))));
            }
        }

        public void AssertEachAsIfAlone(params int[] indexes)
        {
            foreach (int index in indexes)
            {
                string folder = Directory.CreateDirectory(Path.Combine(Folder, $"alone-{index}")).FullName;
                MemoryStepLog log = new();
                SealJob job = Jobs[index] with { CacheFolder = folder, LabelKernel = null, Notice = null };
                PreCommit1.Run(job, _parents, log, null, TestContext.Current.CancellationToken);

                Assert.Equal(
                    Directory.GetFiles(folder).Select(Path.GetFileName).Order(),
                    Directory.GetFiles(Jobs[index].CacheFolder).Select(Path.GetFileName).Order());
                foreach (string file in Directory.GetFiles(folder))
                {
                    Assert.Equal(
                        (index, file, VectorFiles.Sha256OfFile(file)),
                        (index, file, VectorFiles.Sha256OfFile(Path.Combine(Jobs[index].CacheFolder, Path.GetFileName(file)))));
                }

                foreach (string step in log.Steps)
                {
                    Assert.True(log.TryGet(step, out FileDigest alone));
                    Assert.True(Logs[index].TryGet(step, out FileDigest together));
                    Assert.Equal(alone, together);
                }

                Directory.Delete(folder, recursive: true);
            }
        }

        public void Dispose()
        {
            _parents.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
