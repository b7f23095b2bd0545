// A picture from the bytes of its file. The old one stays until the new one can be shown.
export default {
  render({ model, el }) {
    const picture = document.createElement("img");
    picture.className = "picture";
    picture.decoding = "sync";
    let address = "";
    const show = () => {
      const old = address;
      address = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
      picture.onload = picture.onerror = () => URL.revokeObjectURL(old);
      picture.src = address;
    };
    const describe = () => {
      picture.alt = model.get("alt");
      picture.width = picture.height = model.get("side");
    };
    model.on("change:png", show);
    model.on("change:alt change:side", describe);
    describe();
    if (model.get("png").byteLength) show();
    el.classList.add("ck");
    el.append(picture);
    return () => URL.revokeObjectURL(address);
  },
};
