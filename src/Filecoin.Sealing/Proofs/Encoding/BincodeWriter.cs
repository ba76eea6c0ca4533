using Filecoin.Cryptography;

namespace Filecoin.Sealing.Proofs.Encoding;

/// <summary>bincode 1.3 as rust-fil-proofs uses it: fixed-width little-endian integers, u64 counts, u32 variants, no names.</summary>
internal sealed class BincodeWriter(Stream stream) : IFieldWriter, IDisposable
{
    private readonly BinaryWriter _writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);

    public void BeginStruct()
    {
    }

    public void Field(string name)
    {
    }

    public void EndStruct()
    {
    }

    public void BeginSequence(long count) => _writer.Write(count);

    public void EndSequence()
    {
    }

    public void BeginVariant(string name, uint index) => _writer.Write(index);

    public void EndVariant()
    {
    }

    public void Bytes(Bytes32 value) => _writer.Write(value.Span);

    public void UInt32(uint value) => _writer.Write(value);

    public void UInt64(ulong value) => _writer.Write(value);

    public void Nothing()
    {
    }

    public void Dispose() => _writer.Dispose();
}
