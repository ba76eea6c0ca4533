using Filecoin.Cryptography;

namespace Filecoin.Sealing.Proofs.Encoding;

/// <summary>
/// Takes the fields of a proof in the order rust-fil-proofs declares them and writes them as one of serde's formats does. So a structure
/// stands once, in <see cref="ProofFields"/>, for both formats.
/// </summary>
internal interface IFieldWriter
{
    void BeginStruct();

    /// <summary>Names the field whose value follows.</summary>
    void Field(string name);

    void EndStruct();

    /// <summary>Begins a sequence (Vec) of so many values.</summary>
    void BeginSequence(long count);

    void EndSequence();

    /// <summary>Begins the one value of an enum's variant.</summary>
    void BeginVariant(string name, uint index);

    void EndVariant();

    /// <summary>An array of 32 bytes of fixed length.</summary>
    void Bytes(Bytes32 value);

    void UInt32(uint value);

    void UInt64(ulong value);

    /// <summary>A value that is a type only (PhantomData).</summary>
    void Nothing();
}
