using System.Collections.Concurrent;
using Filecoin.OpenCl.Devices;
using Filecoin.OpenCl.Kernels;

namespace Filecoin.OpenCl.Hashing;

/// <summary>The kernel of one arity on a device, and the batches that can be under way.</summary>
internal sealed class PoseidonLanes : IDisposable
{
    private const int ElementBytes = 32;

    private readonly IComputeProgram _program;
    private readonly List<PoseidonLane> _all = [];
    private readonly ConcurrentBag<PoseidonLane> _free = [];
    private readonly SemaphoreSlim _count = new(0);
    private readonly DeviceDescription _device;
    private readonly DeviceLimits _limits;
    private readonly int _arity;

    /// <summary>Compiles one variant and takes memory. Makes calls to the driver that nobody times.</summary>
    /// <exception cref="DeviceException">The compiler refuses, or there is too little memory; nothing is kept.</exception>
    public PoseidonLanes(IComputeDevice device, PoseidonProgram program, ProgramVariant variant, DeviceLimits limits)
    {
        (_device, _limits, _arity, Variant) = (device.Description, limits, program.Arity, variant);
        _program = device.Build(program.Text(variant, unrolled: device.Description.IsCard), PoseidonProgram.KernelName, [.. program.Tables]);
        try
        {
            for (int i = 0; i < limits.BatchesAtOnce; i++)
            {
                IComputeBatch batch = _program.CreateBatch(limits.BatchHashes * _arity * ElementBytes, limits.BatchHashes * ElementBytes);
                _all.Add(new PoseidonLane(_device, batch, _arity));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        _all.ForEach(Give);
    }

    /// <summary>How rows of products are made.</summary>
    public ProgramVariant Variant { get; }

    /// <summary>Hashes any number of preimages, several batches at once; waits for a free one if others use all.</summary>
    /// <param name="preimages">n·arity·32 bytes.</param>
    /// <param name="digests">Receives n·32 bytes.</param>
    /// <param name="leftOut">Set when the device is given up by others.</param>
    /// <exception cref="DeviceException">The device failed.</exception>
    /// <exception cref="OperationCanceledException">The device was given up.</exception>
    public void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests, CancellationToken leftOut)
    {
        Queue<(PoseidonLane Lane, int First, int Count)> underWay = [];
        int count = digests.Length / ElementBytes;
        for (int first = 0; first < count; first += _limits.BatchHashes)
        {
            PoseidonLane? lane;
            while (!TryTake(wait: underWay.Count == 0, leftOut, out lane))
            {
                End(underWay.Dequeue(), digests);
            }

            int next = Math.Min(_limits.BatchHashes, count - first);
            lane!.Begin(preimages.Slice(first * _arity * ElementBytes, next * _arity * ElementBytes));
            underWay.Enqueue((lane, first, next));
        }

        while (underWay.TryDequeue(out (PoseidonLane Lane, int First, int Count) oldest))
        {
            End(oldest, digests);
        }
    }

    /// <summary>Set where the driver can no longer be asked for anything: its memory and its calls stay as they are.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Lets all threads end, and releases memory and kernel unless they are abandoned.</summary>
    public void Dispose()
    {
        foreach (PoseidonLane lane in _all)
        {
            lane.Dispose();
            if (!IsAbandoned)
            {
                lane.ReleaseMemory();
            }
        }

        if (!IsAbandoned)
        {
            _program.Dispose();
        }

        _count.Dispose();
    }

    // One that failed is not given back: the device is given up.
    private void End((PoseidonLane Lane, int First, int Count) batch, Span<byte> digests)
    {
        batch.Lane.End(digests.Slice(batch.First * ElementBytes, batch.Count * ElementBytes), _limits.BatchTimeout);
        Give(batch.Lane);
    }

    private void Give(PoseidonLane lane)
    {
        _free.Add(lane);
        _count.Release();
    }

    private bool TryTake(bool wait, CancellationToken leftOut, out PoseidonLane? lane)
    {
        lane = null;
        return _count.Wait(wait ? Timeout.Infinite : 0, leftOut) && _free.TryTake(out lane);
    }
}
