using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Memory;
using Filecoin.Sealing.PreCommit;
using Xunit;

namespace Filecoin.Sealing.Tests.PreCommit;

public sealed class LayerWatermarkTests
{
    private const int Mebibyte = 1 << 20;
    private const int NodesOfMebibyte = Mebibyte / SectorSize.NodeBytes;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cancelling_at_the_moment_in_which_the_layer_begins_hangs_nobody()
    {
        using NativeBuffer labels = Labels();
        for (int round = 0; round < 500; round++)
        {
            using LayerWatermark mark = new();
            using CancellationTokenSource stop = new();
            Task waiting = Task.Run(() => mark.WaitUntilBegun(stop.Token), Never);
            await Task.Delay(1, Never);

            // It wakes up for the layer while cancelling goes on to wake it.
            Task beginning = Task.Run(() => mark.Begin(labels), Never);
            await Task.WhenAny(Task.WhenAll(Task.Run(stop.Cancel, Never), beginning, waiting)).WaitAsync(TimeSpan.FromSeconds(60), Never);
        }
    }

    [Fact]
    public async Task A_reader_waits_for_its_nodes_and_no_longer()
    {
        using NativeBuffer labels = Labels();
        using LayerWatermark mark = new();
        mark.Begin(labels);
        byte[] read = new byte[Mebibyte];
        Task<bool> reading = Task.Run(() => mark.TryRead(Mebibyte, read, Never), Never);

        mark.Advance(NodesOfMebibyte);
        mark.Advance(NodesOfMebibyte - 1);
        await Task.Delay(50, Never);
        Assert.False(reading.IsCompleted);
        mark.Advance(1);

        Assert.True(await reading.WaitAsync(TimeSpan.FromSeconds(10), Never));
        Assert.Equal(labels.Slice(Mebibyte, Mebibyte).ToArray(), read);
    }

    [Fact]
    public void Steps_smaller_than_what_is_read_add_up_to_the_end()
    {
        using NativeBuffer labels = new(3 * SectorSize.NodeBytes);
        using LayerWatermark mark = new();
        mark.Begin(labels);
        for (int node = 0; node < 3; node++)
        {
            mark.Advance(1);
        }

        Assert.True(mark.TryRead(0, new byte[labels.Length], Never));
    }

    [Fact]
    public async Task A_layer_on_disk_is_not_read_from_memory()
    {
        using NativeBuffer labels = Labels();
        using LayerWatermark mark = new();
        mark.Begin(labels);
        Task<bool> reading = Task.Run(() => mark.TryRead(0, new byte[Mebibyte], Never), Never);
        mark.Finish();
        mark.Dispose();

        Assert.False(await reading.WaitAsync(TimeSpan.FromSeconds(10), Never));
        Assert.True(mark.IsOnDisk);
        Assert.False(mark.WaitFor(Mebibyte, Never));
        Assert.False(mark.WaitUntilBegun(Never));
        mark.WaitUntilOnDisk(Never);
    }

    [Fact]
    public async Task Whoever_waits_for_labels_that_never_come_stops()
    {
        using NativeBuffer labels = Labels();
        LayerWatermark begun = new();
        begun.Begin(labels);
        LayerWatermark idle = new();
        Task<bool> reading = Task.Run(() => begun.TryRead(0, new byte[Mebibyte], Never), Never);
        Task<bool> waiting = Task.Run(() => idle.WaitUntilBegun(Never), Never);
        Task durable = Task.Run(() => begun.WaitUntilOnDisk(Never), Never);

        begun.Dispose();
        idle.Dispose();

        await Assert.ThrowsAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(10), Never));
        await Assert.ThrowsAsync<OperationCanceledException>(() => durable.WaitAsync(TimeSpan.FromSeconds(10), Never));
        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(10), Never));
    }

    [Fact]
    public async Task A_layer_that_is_given_up_ends_every_wait_and_is_never_on_disk()
    {
        using NativeBuffer labels = Labels();
        using LayerWatermark mark = new();
        mark.Begin(labels);
        Task<bool> reading = Task.Run(() => mark.TryRead(0, new byte[Mebibyte], Never), Never);
        Task durable = Task.Run(() => mark.WaitUntilOnDisk(Never), Never);

        mark.Abandon();
        mark.Finish();

        await Assert.ThrowsAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(10), Never));
        await Assert.ThrowsAsync<OperationCanceledException>(() => durable.WaitAsync(TimeSpan.FromSeconds(10), Never));
        Assert.False(mark.IsOnDisk);
    }

    [Fact]
    public async Task Cancelling_ends_every_wait()
    {
        using NativeBuffer labels = Labels();
        using LayerWatermark mark = new();
        using CancellationTokenSource stop = new();
        Task<bool> beginning = Task.Run(() => mark.WaitUntilBegun(stop.Token), Never);
        await Task.Delay(20, Never);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => beginning.WaitAsync(TimeSpan.FromSeconds(10), Never));
        mark.Begin(labels);
        Assert.Throws<OperationCanceledException>(() => mark.TryRead(0, new byte[Mebibyte], stop.Token));
    }

    [Fact]
    public void What_was_read_from_memory_counts_only_if_the_file_holds_it()
    {
        using Workplace place = new();
        SealJob job = place.Job(SealCase.Get("8MiB-v1_1-cc"), keepAll: false);
        using NativeBuffer labels = new(8 * Mebibyte);
        using LayerWatermark mark = new();
        using LayerInTheMaking layer = new(job, place.Log, mark);
        mark.Begin(labels);
        mark.Advance(8 * NodesOfMebibyte);
        labels.Span[3 * Mebibyte] = 1;
        byte[] read = new byte[Mebibyte];
        layer.Read(2 * Mebibyte, read, Never);
        Assert.False(layer.IsSafe());

        string path = Path.Combine(place.CacheFolder, CacheNames.Layer(2));
        using LabelGroup group = new(LabelKernels.OfOne.Create("plain"), [new LabelledSector(job, place.Log, progress: null)]);
        labels.Span.CopyTo(group.Layer(2).Span);
        place.Log.Record(SealSteps.Layer(2), new LayerFiles(group, job.Files, 1, Never).Write(2, [path], _ => { })[0]);
        mark.Finish();
        Assert.True(layer.IsSafe());

        // As if a bit had flipped in memory between reading and writing.
        using LayerWatermark wrong = new();
        using LayerInTheMaking differs = new(job, place.Log, wrong);
        labels.Span[2 * Mebibyte] = 1;
        wrong.Begin(labels);
        wrong.Advance(8 * NodesOfMebibyte);
        differs.Read(2 * Mebibyte, read, Never);
        wrong.Finish();
        Assert.Contains("mebibyte 2", Assert.Throws<OperatorException>(() => differs.IsSafe()).Message, StringComparison.Ordinal);
    }

    private static NativeBuffer Labels()
    {
        NativeBuffer labels = new(4 * Mebibyte);
        new Random(1).NextBytes(labels.Span);
        return labels;
    }
}
