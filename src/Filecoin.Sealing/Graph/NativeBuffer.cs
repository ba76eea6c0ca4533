using System.Runtime.InteropServices;

namespace Filecoin.Sealing.Graph;

/// <summary>Page-aligned memory outside the managed heap, not cleared; below 2 GiB so that one span covers it.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int PageBytes = 4096;

    private void* _memory;

    public NativeBuffer(int length)
    {
        Length = length;
        _memory = NativeMemory.AlignedAlloc((nuint)length, PageBytes);
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
