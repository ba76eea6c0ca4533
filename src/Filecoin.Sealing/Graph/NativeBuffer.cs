using System.Runtime.InteropServices;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Graph;

/// <summary>Page-aligned memory outside the managed heap, not cleared; below 2 GiB so that one span covers it.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int PageBytes = 4096;

    private void* _memory;

    /// <param name="length">Bytes.</param>
    /// <exception cref="OperatorException">The system has no memory left.</exception>
    public NativeBuffer(int length)
    {
        Length = length;
        try
        {
            _memory = NativeMemory.AlignedAlloc((nuint)length, PageBytes);
        }
        catch (OutOfMemoryException none)
        {
            throw new OperatorException(
                FailureKind.NotEnoughResources,
                $"the system refused {length} bytes of memory for reading the parent cache",
                "Run fewer sectors at once or make the window smaller with FIL_PROOFS_SDR_PARENTS_CACHE_SIZE.",
                none);
        }
    }

    ~NativeBuffer() => Free();

    public int Length { get; }

    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return new Span<byte>(_memory, Length);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
