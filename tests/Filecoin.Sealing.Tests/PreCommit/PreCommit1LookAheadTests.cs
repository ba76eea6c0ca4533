using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.PreCommit;

/// <summary>PreCommit1 with look-ahead threads writes the reference's layers.</summary>
public sealed class PreCommit1LookAheadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, int[]> Cases()
    {
        TheoryData<string, string, int[]> data = [];
        string best = LabelKernels.OfOne.Available[0];
        data.Add("2KiB-v1-pieces", "plain", [LabelCores.AnyCpu]);
        data.Add("2KiB-v1-pieces", best, [LabelCores.AnyCpu]);
        data.Add("2KiB-v1_1-cc", best, []);
        data.Add("4KiB-v1_1_0-cc", "platform", [LabelCores.AnyCpu]);
        data.Add("L11-32KiB-v1_1_0-cc", best, [0]);
        data.Add("L11-16KiB-v1_1_0-cc", best, [LabelCores.AnyCpu, LabelCores.AnyCpu]);
        data.Add("8MiB-v1_1-cc", best, [0]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_layer_equals_the_reference(string id, string kernel, int[] lookAhead)
    {
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true) with
        {
            LabelKernel = kernel,
            LabelCores = new LabelCores(0, [.. lookAhead]),
        };
        using ParentCache parents = Workplace.OpenParents(job.Inputs, Cancellation);

        PreCommit1.Run(job, parents, place.Log, null, Cancellation);

        for (int layer = 1; layer <= job.Inputs.Porep.Layers; layer++)
        {
            string name = CacheNames.Layer(layer);
            Assert.Equal(
                (name, known.Files.Single(file => file.Name == name).Sha256),
                (name, VectorFiles.Sha256OfFile(Path.Combine(place.CacheFolder, name))));
        }
    }

    [Fact]
    public void Parents_lost_on_the_way_are_one_clear_sentence_and_nothing_is_recorded()
    {
        using TemporaryFolder folder = new();
        using Workplace place = new();
        SealJob job = place.Job(SealCase.Get("2KiB-v1_1-cc"), keepAll: true) with { LabelCores = LabelCores.Anywhere };
        using ParentCache parents = new ParentCacheFolder(folder.Path).Open(job.Inputs.Porep, 1, 8, null, Cancellation);
        using (FileStream vandal = new(parents.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            vandal.SetLength(20 * StackedGraph.Degree * sizeof(uint));
        }

        OperatorException failure = Assert.Throws<OperatorException>(() => PreCommit1.Run(job, parents, place.Log, null, Cancellation));

        Assert.Contains("became shorter", failure.Message, StringComparison.Ordinal);
        Assert.Empty(place.Log.Steps);
    }
}
